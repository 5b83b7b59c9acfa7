package io.flinkllava.runtime.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * {@code value.name}, {@code value[key]} and {@code value[start:stop:step]}. As in Jinja's sandbox,
 * methods that change a value are refused.
 */
final class Attributes {

    private static final Set<String> DICT_CHANGES =
            Set.of("clear", "fromkeys", "pop", "popitem", "setdefault", "update");
    private static final Set<String> LIST_CHANGES =
            Set.of(
                    "append", "clear", "copy", "extend", "insert", "pop", "remove", "reverse",
                    "sort");

    private Attributes() {}

    /** {@code value.name}: a method or attribute first, then an element of that name. */
    static Object attribute(Object value, String name) {
        if (name.startsWith("__")) {
            throw new JinjaException("attribute '" + name + "' is not safe");
        }
        Object own = ownAttribute(value, name);
        if (own instanceof Undefined && value instanceof Map<?, ?> map && map.containsKey(name)) {
            return map.get(name);
        }
        return own;
    }

    /** {@code value[key]}: an element first, then an attribute of that name. */
    static Object item(Object value, Object key) {
        if (value instanceof Undefined undefined) {
            throw undefined.used();
        }
        if (value instanceof Map<?, ?> map && Operators.isKey(key) && map.containsKey(key)) {
            return map.get(key);
        }
        if (key instanceof String name) {
            return ownAttribute(value, name);
        }
        if (isSequence(value) && (key instanceof Long || key instanceof Boolean)) {
            List<?> elements = elements(value);
            long index = key instanceof Long number ? number : Boolean.TRUE.equals(key) ? 1 : 0;
            long position = index < 0 ? index + elements.size() : index;
            if (position >= 0 && position < elements.size()) {
                return elements.get((int) position);
            }
        }
        return new Undefined("element " + Printer.repr(key) + " of " + Types.name(value));
    }

    private static boolean isSequence(Object value) {
        return value instanceof String
                || value instanceof List<?>
                || (value instanceof Stream stream && stream.isRange());
    }

    private static List<?> elements(Object value) {
        if (value instanceof String text) {
            return Text.characters(text);
        }
        return value instanceof Stream stream ? stream.items() : (List<?>) value;
    }

    private static Object ownAttribute(Object value, String name) {
        if (value instanceof Undefined undefined) {
            throw undefined.used();
        } else if (value instanceof String text) {
            return StringMethods.bind(text, name);
        } else if (value instanceof Map<?, ?> map) {
            return dictMethod(map, name);
        } else if (value instanceof List<?> list) {
            return listMethod(list, name);
        } else if (value instanceof Namespace namespace) {
            return namespace.get(name);
        } else if (value instanceof LoopState loop) {
            return loop.attribute(name);
        }
        return missing(value, name);
    }

    static Undefined missing(Object value, String name) {
        return new Undefined("attribute '" + name + "' of " + Types.name(value));
    }

    private static Object dictMethod(Map<?, ?> map, String name) {
        if (DICT_CHANGES.contains(name)) {
            throw new JinjaException("'" + name + "' would change a dict");
        }
        return switch (name) {
            case "items" -> method(name, () -> view(itemsOf(map)));
            case "keys" -> method(name, () -> view(new ArrayList<>(map.keySet())));
            case "values" -> method(name, () -> view(new ArrayList<>(map.values())));
            case "copy" -> method(name, () -> new LinkedHashMap<Object, Object>(map));
            case "get" ->
                    (Callable)
                            (arguments, rendering) -> {
                                Object[] bound = arguments.bind(name, 1, "key", "default");
                                if (!Operators.isKey(bound[0])) {
                                    throw new JinjaException(
                                            Types.name(bound[0]) + " cannot be a key");
                                }
                                return map.containsKey(bound[0])
                                        ? map.get(bound[0])
                                        : Arguments.or(bound[1], null);
                            };
            default -> missing(map, name);
        };
    }

    static List<Object> itemsOf(Map<?, ?> map) {
        List<Object> items = new ArrayList<>();
        map.forEach((key, value) -> items.add(Tuple.of(key, value)));
        return items;
    }

    private static Stream view(List<Object> items) {
        return new Stream(Stream.Kind.VIEW, items);
    }

    private static Callable method(String name, Supplier<Object> result) {
        return (arguments, rendering) -> {
            arguments.bind(name, 0);
            return result.get();
        };
    }

    private static Object listMethod(List<?> list, String name) {
        if (LIST_CHANGES.contains(name)) {
            throw new JinjaException("'" + name + "' of a list is not supported");
        }
        return switch (name) {
            case "count" ->
                    (Callable)
                            (arguments, rendering) -> {
                                Object wanted = arguments.bind(name, 1, "value")[0];
                                return list.stream()
                                        .filter(item -> Operators.areEqual(item, wanted))
                                        .count();
                            };
            case "index" ->
                    (Callable)
                            (arguments, rendering) ->
                                    indexOf(list, arguments.bind(name, 1, "value")[0]);
            default -> missing(list, name);
        };
    }

    private static long indexOf(List<?> list, Object wanted) {
        for (int i = 0; i < list.size(); i++) {
            if (Operators.areEqual(list.get(i), wanted)) {
                return i;
            }
        }
        throw new JinjaException(Printer.repr(wanted) + " is not in the list");
    }

    /** A slice with Python's meaning of absent ({@code null}) and negative bounds. */
    static Object slice(Object value, Object start, Object stop, Object step) {
        if (value instanceof Undefined undefined) {
            throw undefined.used();
        }
        if (!isSequence(value)) {
            throw new JinjaException(Types.name(value) + " cannot be sliced");
        }
        List<?> elements = elements(value);
        List<Object> taken = new ArrayList<>();
        int stride = step == null ? 1 : Types.integer(step, "the step of a slice");
        if (stride == 0) {
            throw new JinjaException("the step of a slice is 0");
        }
        int size = elements.size();
        int first = stride > 0 ? 0 : size - 1;
        int end = stride > 0 ? size : -1;
        long from = start == null ? first : bound(start, size, stride);
        long to = stop == null ? end : bound(stop, size, stride);
        for (long i = from; stride > 0 ? i < to : i > to; i += stride) {
            taken.add(elements.get((int) i));
        }
        if (value instanceof String) {
            StringBuilder text = new StringBuilder();
            taken.forEach(text::append);
            return text.toString();
        } else if (value instanceof Stream) {
            return new Stream(Stream.Kind.RANGE, taken);
        }
        return value instanceof Tuple ? new Tuple(taken) : taken;
    }

    private static long bound(Object index, int size, int stride) {
        long position = Types.integer(index, "a bound of a slice");
        if (position < 0) {
            position += size;
        }
        return stride > 0
                ? Math.max(0, Math.min(position, size))
                : Math.max(-1, Math.min(position, size - 1));
    }
}
