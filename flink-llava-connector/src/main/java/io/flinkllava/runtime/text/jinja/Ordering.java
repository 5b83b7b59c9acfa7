package io.flinkllava.runtime.text.jinja;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One comparison of two values, nested ones element by element. A list can hold another twice and
 * so be far larger than its memory, which is why the elements are counted.
 */
final class Ordering {

    private static final int MAX_COMPARED = 100_000;

    private int compared;

    boolean areEqual(Object left, Object right) {
        if (left == right) {
            return true;
        }
        if (++compared > MAX_COMPARED) {
            throw new JinjaException("values are too large to compare");
        }
        Object a = Operators.asNumber(left);
        Object b = Operators.asNumber(right);
        if (a instanceof Number x && b instanceof Number y) {
            return (a instanceof Long && b instanceof Long)
                    ? x.longValue() == y.longValue()
                    : x.doubleValue() == y.doubleValue();
        } else if (left instanceof List<?> x && right instanceof List<?> y) {
            return Operators.isSameSequence(x, y) && equalItems(x, y);
        } else if (left instanceof Map<?, ?> x && right instanceof Map<?, ?> y) {
            return x.keySet().equals(y.keySet())
                    && x.keySet().stream().allMatch(key -> areEqual(x.get(key), y.get(key)));
        }
        return Objects.equals(left, right);
    }

    private boolean equalItems(List<?> x, List<?> y) {
        if (x.size() != y.size()) {
            return false;
        }
        for (int i = 0; i < x.size(); i++) {
            if (!areEqual(x.get(i), y.get(i))) {
                return false;
            }
        }
        return true;
    }

    int order(Object left, Object right) {
        Object a = Operators.asNumber(left);
        Object b = Operators.asNumber(right);
        if (a instanceof Long x && b instanceof Long y) {
            return Long.compare(x, y);
        } else if (a instanceof Number x && b instanceof Number y) {
            return Double.compare(x.doubleValue(), y.doubleValue());
        } else if (left instanceof String x && right instanceof String y) {
            return Arrays.compare(x.codePoints().toArray(), y.codePoints().toArray());
        } else if (Operators.isSameSequence(left, right)) {
            return orderItems((List<?>) left, (List<?>) right);
        }
        throw Operators.unsupported("<", left, right);
    }

    private int orderItems(List<?> x, List<?> y) {
        for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
            if (!areEqual(x.get(i), y.get(i))) {
                return order(x.get(i), y.get(i));
            }
        }
        return Integer.compare(x.size(), y.size());
    }
}
