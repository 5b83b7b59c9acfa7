package io.flinkllava.runtime.text.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Python's arithmetic, equality, order and membership. */
final class Operators {

    private static final int MAX_EXPONENT = 4096;

    private Operators() {}

    static Object arithmetic(String operator, Object left, Object right, Rendering rendering) {
        if (left instanceof Undefined undefined) {
            throw undefined.used();
        }
        if (right instanceof Undefined undefined) {
            throw undefined.used();
        }
        Object a = asNumber(left);
        Object b = asNumber(right);
        if (a instanceof Long x && b instanceof Long y) {
            return integers(operator, x, y);
        } else if (a instanceof Number x && b instanceof Number y) {
            return Floats.arithmetic(operator, x.doubleValue(), y.doubleValue());
        } else if (operator.equals("+") && isText(left, right)) {
            rendering.reserve((long) ((String) left).length() + ((String) right).length());
            return (String) left + right;
        } else if (operator.equals("+") && isSameSequence(left, right)) {
            return concatenate((List<?>) left, (List<?>) right, rendering);
        } else if (operator.equals("*") && b instanceof Long times) {
            return repeat(left, times, rendering);
        } else if (operator.equals("*") && a instanceof Long times) {
            return repeat(right, times, rendering);
        }
        throw unsupported(operator, left, right);
    }

    static JinjaException unsupported(String operator, Object left, Object right) {
        return new JinjaException(
                "'"
                        + operator
                        + "' is not supported between "
                        + Types.name(left)
                        + " and "
                        + Types.name(right));
    }

    private static boolean isText(Object left, Object right) {
        return left instanceof String && right instanceof String;
    }

    static boolean isSameSequence(Object left, Object right) {
        return left instanceof List<?>
                && right instanceof List<?>
                && left instanceof Tuple == right instanceof Tuple;
    }

    static Object asNumber(Object value) {
        return value instanceof Boolean bool ? (Object) (bool ? 1L : 0L) : value;
    }

    private static Object integers(String operator, long x, long y) {
        try {
            return switch (operator) {
                case "+" -> Math.addExact(x, y);
                case "-" -> Math.subtractExact(x, y);
                case "*" -> Math.multiplyExact(x, y);
                case "//" -> Math.floorDiv(x, y);
                case "%" -> Math.floorMod(x, y);
                case "**" -> power(x, y);
                default -> Floats.arithmetic(operator, (double) x, (double) y);
            };
        } catch (ArithmeticException e) {
            throw new JinjaException(
                    "cannot compute " + x + " " + operator + " " + y + ": " + e.getMessage());
        }
    }

    private static Object power(long x, long y) {
        if (y < 0) {
            return Floats.arithmetic("**", (double) x, (double) y);
        }
        if (y > MAX_EXPONENT) {
            throw new ArithmeticException("the exponent is too large");
        }
        return BigInteger.valueOf(x).pow((int) y).longValueExact();
    }

    private static Object concatenate(List<?> left, List<?> right, Rendering rendering) {
        rendering.reserve((long) left.size() + right.size());
        List<Object> all = new ArrayList<>(left);
        all.addAll(right);
        return left instanceof Tuple ? new Tuple(all) : all;
    }

    private static Object repeat(Object value, long times, Rendering rendering) {
        int count = (int) Math.max(0, Math.min(times, Integer.MAX_VALUE));
        if (value instanceof String text) {
            rendering.reserve((long) text.length() * count);
            return text.isEmpty() ? "" : text.repeat(count);
        } else if (value instanceof List<?> list) {
            rendering.reserve((long) list.size() * count);
            List<Object> all = new ArrayList<>(list.size() * count);
            for (int i = 0; i < count && !list.isEmpty(); i++) {
                all.addAll(list);
            }
            return value instanceof Tuple ? new Tuple(all) : all;
        }
        throw unsupported("*", value, times);
    }

    static Object negate(Object value) {
        Object number = asNumber(value);
        if (number instanceof Long x) {
            return integers("-", 0, x);
        } else if (number instanceof Double x) {
            return -x;
        }
        throw new JinjaException("'-' is not supported for " + Types.name(value));
    }

    static boolean areEqual(Object left, Object right) {
        return new Ordering().areEqual(left, right);
    }

    /** Negative, zero or positive, as a comparator. */
    static int order(Object left, Object right) {
        return new Ordering().order(left, right);
    }

    static boolean contains(Object container, Object element) {
        if (container instanceof String text) {
            return text.contains(Types.string(element, "the left side of 'in' a string"));
        } else if (container instanceof Map<?, ?> map && isKey(element)) {
            return map.containsKey(element);
        } else if (container instanceof Map<?, ?> && !isHashable(element)) {
            throw new JinjaException(Types.name(element) + " cannot be a key");
        }
        for (Iterator<Object> items = Types.iterate(container); items.hasNext(); ) {
            if (areEqual(items.next(), element)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isHashable(Object value) {
        return value instanceof Tuple || !(value instanceof List<?> || value instanceof Map<?, ?>);
    }

    /** Whether this package lets it be a key of a dict. */
    static boolean isKey(Object value) {
        return value == null || value instanceof String || value instanceof Long;
    }
}
