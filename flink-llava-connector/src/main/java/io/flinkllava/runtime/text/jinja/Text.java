package io.flinkllava.runtime.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;

/** Strings as Python sees them: sequences of code points with Python's idea of whitespace. */
final class Text {

    private Text() {}

    static boolean isSpace(int codePoint) {
        return Character.isWhitespace(codePoint)
                || Character.isSpaceChar(codePoint)
                || codePoint == 0x85;
    }

    static String strip(String text) {
        return stripStart(stripEnd(text, Text::isSpace), Text::isSpace);
    }

    static String stripEnd(String text) {
        return stripEnd(text, Text::isSpace);
    }

    static String stripStart(String text, IntPredicate drops) {
        int start = 0;
        while (start < text.length() && drops.test(text.codePointAt(start))) {
            start += Character.charCount(text.codePointAt(start));
        }
        return text.substring(start);
    }

    static String stripEnd(String text, IntPredicate drops) {
        int end = text.length();
        while (end > 0 && drops.test(text.codePointBefore(end))) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(0, end);
    }

    static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    static List<Object> characters(String text) {
        List<Object> characters = new ArrayList<>(text.length());
        text.codePoints().forEach(c -> characters.add(Character.toString(c)));
        return characters;
    }

    static String upper(String text) {
        return text.toUpperCase(Locale.ROOT);
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int split = Character.charCount(text.codePointAt(0));
        return titleCase(text.codePointAt(0)) + lower(text.substring(split));
    }

    static boolean isCased(String text) {
        return text.codePoints().anyMatch(Text::isCased);
    }

    private static boolean isCased(int c) {
        return Character.isLowerCase(c) || Character.isUpperCase(c) || Character.isTitleCase(c);
    }

    /** {@code str.title}: a capital after everything that is not a letter. */
    static String title(String text) {
        StringBuilder out = new StringBuilder();
        boolean inWord = false;
        for (int c : text.codePoints().toArray()) {
            String one = Character.toString(c);
            out.append(inWord ? lower(one) : titleCase(c));
            inWord = isCased(c);
        }
        return out.toString();
    }

    private static String titleCase(int codePoint) {
        int title = Character.toTitleCase(codePoint);
        // Characters such as the German sharp s have no title case but become two capitals.
        String upper = upper(Character.toString(codePoint));
        if (title != codePoint || upper.length() <= Character.charCount(codePoint)) {
            return Character.toString(title);
        }
        return upper.charAt(0) + lower(upper.substring(1));
    }
}
