package io.flinkllava.runtime.text.jinja;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code json.dumps}, with the defaults of Hugging Face's {@code tojson}. */
final class Json {

    private static final int MAX_DEPTH = 100;

    private final StringBuilder out = new StringBuilder();
    private final boolean ascii;
    private final boolean sorted;
    private final String indent;
    private final String itemSeparator;
    private final String keySeparator;

    private Json(Object[] options) {
        ascii = Types.isTrue(Arguments.or(options[0], false));
        Object width = Arguments.or(options[1], null);
        indent = width == null ? null : indent(width);
        Object separators = Arguments.or(options[2], null);
        if (separators == null) {
            itemSeparator = indent == null ? ", " : ",";
            keySeparator = ": ";
        } else {
            itemSeparator = Types.string(Attributes.item(separators, 0L), "a separator");
            keySeparator = Types.string(Attributes.item(separators, 1L), "a separator");
        }
        sorted = Types.isTrue(Arguments.or(options[3], false));
    }

    private static String indent(Object width) {
        return width instanceof String text
                ? text
                : " ".repeat(Math.max(0, Math.min(64, Types.integer(width, "the indent"))));
    }

    static String dump(Object value, Arguments arguments, Rendering rendering) {
        Json json =
                new Json(
                        arguments.bind(
                                "tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys"));
        json.print(value, 0);
        rendering.reserve(json.out.length());
        return json.out.toString();
    }

    private void print(Object value, int depth) {
        if (depth > MAX_DEPTH || out.length() > Rendering.MAX_LENGTH) {
            throw new JinjaException("a value is too large or nested too deeply for JSON");
        }
        if (value == null) {
            out.append("null");
        } else if (value instanceof Boolean || value instanceof Long) {
            out.append(value);
        } else if (value instanceof Double number) {
            out.append(number(number));
        } else if (value instanceof String text) {
            quote(text);
        } else if (value instanceof List<?> list) {
            list(list, depth);
        } else if (value instanceof Map<?, ?> map) {
            map(map, depth);
        } else {
            throw new JinjaException(Types.name(value) + " cannot be JSON");
        }
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        return Double.isInfinite(value)
                ? value > 0 ? "Infinity" : "-Infinity"
                : Printer.number(value);
    }

    private void list(List<?> list, int depth) {
        out.append('[');
        String separator = "";
        for (Object item : list) {
            out.append(separator);
            newLine(depth + 1);
            print(item, depth + 1);
            separator = itemSeparator;
        }
        close(list, ']', depth);
    }

    private void map(Map<?, ?> map, int depth) {
        out.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : entries(map)) {
            out.append(separator);
            newLine(depth + 1);
            quote(key(entry.getKey()));
            out.append(keySeparator);
            print(entry.getValue(), depth + 1);
            separator = itemSeparator;
        }
        close(map.keySet(), '}', depth);
    }

    private Collection<? extends Map.Entry<?, ?>> entries(Map<?, ?> map) {
        if (!sorted) {
            return map.entrySet();
        }
        Map<Object, Object> byKey = new TreeMap<>(Operators::order);
        byKey.putAll(map);
        return byKey.entrySet();
    }

    private static String key(Object key) {
        return key == null ? "null" : Printer.str(key);
    }

    private void newLine(int depth) {
        if (indent != null) {
            out.append('\n').append(indent.repeat(depth));
        }
    }

    private void close(Collection<?> items, char bracket, int depth) {
        if (!items.isEmpty()) {
            newLine(depth);
        }
        out.append(bracket);
    }

    private void quote(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\f' -> out.append("\\f");
                case '\b' -> out.append("\\b");
                default -> {
                    if (c < 0x20 || (ascii && c > 0x7e)) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
