package io.flinkllava.runtime.text.jinja;

/** Python's escapes in a string literal. */
final class StringLiteral {

    private static final String SIMPLE = "\n\\'\"abfnrtv";
    private static final String[] MEANING = {
        "", "\\", "'", "\"", "\u0007", "\b", "\f", "\n", "\r", "\t", "\u000b"
    };

    private StringLiteral() {}

    static String unescape(String literal, int line) {
        if (literal.indexOf('\\') < 0) {
            return literal;
        }
        StringBuilder out = new StringBuilder(literal.length());
        int i = 0;
        while (i < literal.length()) {
            char c = literal.charAt(i++);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            char escape = literal.charAt(i++);
            int simple = SIMPLE.indexOf(escape);
            if (simple >= 0) {
                out.append(MEANING[simple]);
            } else if (escape >= '0' && escape <= '7') {
                int end = octalEnd(literal, i);
                out.appendCodePoint(Integer.parseInt(literal.substring(i - 1, end), 8));
                i = end;
            } else if (hexDigits(escape) > 0) {
                int end = i + hexDigits(escape);
                out.appendCodePoint(codePoint(literal, i, end, line));
                i = end;
            } else if (escape == 'N') {
                throw new JinjaException("\\N escapes are not supported", line);
            } else {
                out.append('\\').append(escape);
            }
        }
        return out.toString();
    }

    private static int octalEnd(String literal, int start) {
        int end = start;
        while (end < literal.length()
                && end < start + 2
                && literal.charAt(end) >= '0'
                && literal.charAt(end) <= '7') {
            end++;
        }
        return end;
    }

    private static int hexDigits(char escape) {
        return switch (escape) {
            case 'x' -> 2;
            case 'u' -> 4;
            case 'U' -> 8;
            default -> 0;
        };
    }

    private static int codePoint(String literal, int start, int end, int line) {
        if (end <= literal.length()) {
            String digits = literal.substring(start, end);
            if (digits.matches("[0-9a-fA-F]+")) {
                long value = Long.parseLong(digits, 16);
                if (value <= Character.MAX_CODE_POINT) {
                    return (int) value;
                }
            }
        }
        throw new JinjaException("a string has a broken escape", line);
    }
}
