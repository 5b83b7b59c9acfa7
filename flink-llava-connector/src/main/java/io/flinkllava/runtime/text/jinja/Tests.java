package io.flinkllava.runtime.text.jinja;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/** Jinja's tests: what stands behind {@code is}. */
final class Tests {

    private static final Map<String, BiPredicate<Object, Arguments>> ALL = new TreeMap<>();

    static {
        unary("defined", value -> !(value instanceof Undefined));
        unary("undefined", value -> value instanceof Undefined);
        unary("none", value -> value == null);
        unary("boolean", value -> value instanceof Boolean);
        unary("true", value -> Boolean.TRUE.equals(value));
        unary("false", value -> Boolean.FALSE.equals(value));
        unary("integer", value -> value instanceof Long);
        unary("float", value -> value instanceof Double);
        unary("number", value -> value instanceof Number || value instanceof Boolean);
        unary("string", value -> value instanceof String);
        unary("mapping", value -> value instanceof Map<?, ?>);
        unary("iterable", Types::isIterable);
        unary("sequence", Tests::isSequence);
        unary("callable", value -> value instanceof Callable || value instanceof Undefined);
        unary("lower", value -> Types.isTrue(call(value, "islower")));
        unary("upper", value -> Types.isTrue(call(value, "isupper")));
        unary("odd", value -> remainder(value, 2L) == 1);
        unary("even", value -> remainder(value, 2L) == 0);
        binary(Operators::areEqual, "eq", "equalto", "==");
        binary((a, b) -> !Operators.areEqual(a, b), "ne", "!=");
        binary((a, b) -> order(a, b) < 0, "lt", "lessthan", "<");
        binary((a, b) -> order(a, b) <= 0, "le", "<=");
        binary((a, b) -> order(a, b) > 0, "gt", "greaterthan", ">");
        binary((a, b) -> order(a, b) >= 0, "ge", ">=");
        binary((a, b) -> Operators.contains(b, a), "in");
        binary((a, b) -> remainder(a, b) == 0, "divisibleby");
        binary(Tests::isSame, "sameas");
    }

    private Tests() {}

    static boolean apply(String name, Object value, Arguments arguments) {
        BiPredicate<Object, Arguments> test = ALL.get(name);
        if (test == null) {
            throw new JinjaException("test '" + name + "' is unknown or not supported");
        }
        return test.test(value, arguments);
    }

    private static void unary(String name, Predicate<Object> test) {
        ALL.put(
                name,
                (value, arguments) -> {
                    arguments.bind("'is " + name + "'", 0);
                    return test.test(value);
                });
    }

    private static void binary(BiPredicate<Object, Object> test, String... names) {
        for (String name : names) {
            ALL.put(
                    name,
                    (value, arguments) ->
                            test.test(value, arguments.bind("'is " + name + "'", 1, "other")[0]));
        }
    }

    private static boolean isSequence(Object value) {
        return Types.hasLength(value) && !(value instanceof Stream stream && !stream.isRange());
    }

    private static Object call(Object value, String method) {
        Callable bound = (Callable) StringMethods.bind(Printer.str(value), method);
        return bound.call(Arguments.NONE, null);
    }

    private static double remainder(Object value, Object divisor) {
        return ((Number) Operators.arithmetic("%", number(value), number(divisor), null))
                .doubleValue();
    }

    /** A string on the left of Python's {@code %} would be a format. */
    private static Object number(Object value) {
        if (value instanceof String || value instanceof List<?>) {
            throw new JinjaException(Types.name(value) + " has no remainder");
        }
        return value;
    }

    private static int order(Object left, Object right) {
        if (left instanceof Undefined undefined) {
            throw undefined.used();
        }
        if (right instanceof Undefined undefined) {
            throw undefined.used();
        }
        return Operators.order(left, right);
    }

    private static boolean isSame(Object left, Object right) {
        return left == right
                || (left instanceof Boolean && left.equals(right))
                || (left instanceof Long && left.equals(right))
                || (left instanceof String && left.equals(right));
    }
}
