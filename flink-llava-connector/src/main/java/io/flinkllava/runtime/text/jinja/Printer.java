package io.flinkllava.runtime.text.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Python's {@code str} and {@code repr}. */
final class Printer {

    private static final int MAX_DEPTH = 100;

    private final StringBuilder out = new StringBuilder();

    private Printer() {}

    static String str(Object value) {
        if (value instanceof String text) {
            return text;
        }
        return value instanceof Undefined ? "" : repr(value);
    }

    static String repr(Object value) {
        Printer printer = new Printer();
        printer.print(value, 0);
        return printer.out.toString();
    }

    private void print(Object value, int depth) {
        if (depth > MAX_DEPTH || out.length() > Rendering.MAX_LENGTH) {
            throw new JinjaException("a value is too large or nested too deeply to print");
        }
        if (value == null) {
            out.append("None");
        } else if (value instanceof Boolean bool) {
            out.append(bool ? "True" : "False");
        } else if (value instanceof Long) {
            out.append(value);
        } else if (value instanceof Double number) {
            out.append(number(number));
        } else if (value instanceof String text) {
            quote(text);
        } else if (value instanceof Tuple tuple) {
            list(tuple, "(", tuple.size() == 1 ? ",)" : ")", depth);
        } else if (value instanceof List<?> list) {
            list(list, "[", "]", depth);
        } else if (value instanceof Map<?, ?> map) {
            map(map, depth);
        } else if (value instanceof Undefined) {
            out.append("Undefined");
        } else {
            throw new JinjaException(Types.name(value) + " has no printed form");
        }
    }

    private void list(List<?> list, String open, String close, int depth) {
        out.append(open);
        for (Iterator<?> items = list.iterator(); items.hasNext(); ) {
            print(items.next(), depth + 1);
            out.append(items.hasNext() ? ", " : "");
        }
        out.append(close);
    }

    private void map(Map<?, ?> map, int depth) {
        out.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.append(separator);
            print(entry.getKey(), depth + 1);
            out.append(": ");
            print(entry.getValue(), depth + 1);
            separator = ", ";
        }
        out.append('}');
    }

    private void quote(String text) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        text.codePoints().forEach(c -> character(c, quote));
        out.append(quote);
    }

    private void character(int c, char quote) {
        switch (c) {
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case '\\' -> out.append("\\\\");
            default -> {
                if (c == quote) {
                    out.append('\\').append(quote);
                } else if (isPrintable(c)) {
                    out.appendCodePoint(c);
                } else if (c < 0x100) {
                    out.append(String.format("\\x%02x", c));
                } else {
                    out.append(String.format(c < 0x10000 ? "\\u%04x" : "\\U%08x", c));
                }
            }
        }
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                            Character.FORMAT,
                            Character.SURROGATE,
                            Character.PRIVATE_USE,
                            Character.UNASSIGNED,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR ->
                    false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }

    /** The shortest decimal that reads back as the same double, laid out as Python does. */
    static String number(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal decimal = shortest(value);
        int exponent = decimal.precision() - decimal.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = decimal.toPlainString();
            return plain.indexOf('.') < 0 ? plain + ".0" : plain;
        }
        BigDecimal mantissa = decimal.scaleByPowerOfTen(-exponent).stripTrailingZeros();
        return mantissa.toPlainString()
                + String.format("e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
    }

    private static BigDecimal shortest(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = 1; digits < 17; digits++) {
            BigDecimal rounded = exact.round(new MathContext(digits));
            if (rounded.doubleValue() == value) {
                return rounded.stripTrailingZeros();
            }
        }
        return exact.round(new MathContext(17)).stripTrailingZeros();
    }
}
