package io.flinkllava.runtime.text.jinja;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code strftime} in the C locale. */
final class TimeFormat {

    private static final Pattern PIECE = Pattern.compile("%(.?)|[^%]+", Pattern.DOTALL);

    private static final Map<Character, String> PATTERNS =
            Map.ofEntries(
                    Map.entry('a', "EEE"),
                    Map.entry('A', "EEEE"),
                    Map.entry('b', "MMM"),
                    Map.entry('B', "MMMM"),
                    Map.entry('d', "dd"),
                    Map.entry('H', "HH"),
                    Map.entry('I', "hh"),
                    Map.entry('j', "DDD"),
                    Map.entry('m', "MM"),
                    Map.entry('M', "mm"),
                    Map.entry('p', "a"),
                    Map.entry('S', "ss"),
                    Map.entry('y', "yy"),
                    Map.entry('Y', "yyyy"),
                    Map.entry('F', "yyyy-MM-dd"),
                    Map.entry('T', "HH:mm:ss"));

    private TimeFormat() {}

    static String format(String format, LocalDateTime time) {
        StringBuilder out = new StringBuilder();
        Matcher pieces = PIECE.matcher(format);
        while (pieces.find()) {
            out.append(pieces.group(1) == null ? pieces.group() : field(pieces.group(1), time));
        }
        return out.toString();
    }

    private static String field(String directive, LocalDateTime time) {
        if (directive.equals("%")) {
            return directive;
        }
        String pattern = directive.isEmpty() ? null : PATTERNS.get(directive.charAt(0));
        if (pattern == null) {
            throw new JinjaException("time format '%" + directive + "' is not supported");
        }
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time);
    }
}
