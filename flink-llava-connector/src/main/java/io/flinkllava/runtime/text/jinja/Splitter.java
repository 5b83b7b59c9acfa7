package io.flinkllava.runtime.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** {@code str.split} and {@code str.rsplit}. */
final class Splitter {

    private Splitter() {}

    static List<Object> split(String text, Arguments arguments, boolean fromRight) {
        Object[] bound = arguments.bind("split", 0, "sep", "maxsplit");
        Object separator = Arguments.or(bound[0], null);
        int limit = Types.integer(Arguments.or(bound[1], -1L), "maxsplit");
        int splits = limit < 0 ? Integer.MAX_VALUE : limit;
        if (separator == null) {
            return fromRight ? wordsFromRight(text, splits) : words(text, splits);
        }
        String sep = Types.string(separator, "the separator of split");
        if (sep.isEmpty()) {
            throw new JinjaException("empty separator");
        }
        return fromRight ? partsFromRight(text, sep, splits) : parts(text, sep, splits);
    }

    private static List<Object> parts(String text, String separator, int splits) {
        List<Object> parts = new ArrayList<>();
        int from = 0;
        for (int i = text.indexOf(separator);
                i >= 0 && parts.size() < splits;
                i = text.indexOf(separator, from)) {
            parts.add(text.substring(from, i));
            from = i + separator.length();
        }
        parts.add(text.substring(from));
        return parts;
    }

    private static List<Object> partsFromRight(String text, String separator, int splits) {
        List<Object> parts = new ArrayList<>();
        int to = text.length();
        while (parts.size() < splits) {
            int i = text.lastIndexOf(separator, to - separator.length());
            if (i < 0 || to < separator.length()) {
                break;
            }
            parts.add(text.substring(i + separator.length(), to));
            to = i;
        }
        parts.add(text.substring(0, to));
        Collections.reverse(parts);
        return parts;
    }

    private static List<Object> words(String text, int splits) {
        List<Object> words = new ArrayList<>();
        String rest = Text.stripStart(text, Text::isSpace);
        while (!rest.isEmpty() && words.size() < splits) {
            String tail = Text.stripStart(rest, c -> !Text.isSpace(c));
            words.add(rest.substring(0, rest.length() - tail.length()));
            rest = Text.stripStart(tail, Text::isSpace);
        }
        if (!rest.isEmpty()) {
            words.add(rest);
        }
        return words;
    }

    private static List<Object> wordsFromRight(String text, int splits) {
        List<Object> words = new ArrayList<>();
        String rest = Text.stripEnd(text);
        while (!rest.isEmpty() && words.size() < splits) {
            String head = Text.stripEnd(rest, c -> !Text.isSpace(c));
            words.add(rest.substring(head.length()));
            rest = Text.stripEnd(head);
        }
        if (!rest.isEmpty()) {
            words.add(rest);
        }
        Collections.reverse(words);
        return words;
    }
}
