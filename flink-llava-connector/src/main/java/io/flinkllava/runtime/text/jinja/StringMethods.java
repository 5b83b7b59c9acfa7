package io.flinkllava.runtime.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;

/** The methods of {@code str} that templates use; others that Python has are an error. */
final class StringMethods {

    private static final Pattern LINE_END =
            Pattern.compile("\r\n|[\n\r\u000b\f\u001c-\u001e\u0085\u2028\u2029]");

    private static final Set<String> NOT_COVERED =
            Set.of(
                    "casefold",
                    "center",
                    "encode",
                    "expandtabs",
                    "format",
                    "format_map",
                    "isascii",
                    "isdecimal",
                    "isidentifier",
                    "isnumeric",
                    "isprintable",
                    "istitle",
                    "maketrans",
                    "rindex",
                    "rpartition",
                    "swapcase",
                    "translate");

    private static final Map<String, Method> METHODS = new TreeMap<>();

    static {
        METHODS.put("upper", plain("upper", Text::upper));
        METHODS.put("lower", plain("lower", Text::lower));
        METHODS.put("title", plain("title", Text::title));
        METHODS.put("capitalize", plain("capitalize", Text::capitalize));
        METHODS.put("isalpha", plain("isalpha", s -> all(s, Character::isLetter)));
        METHODS.put("isalnum", plain("isalnum", s -> all(s, Character::isLetterOrDigit)));
        METHODS.put("isdigit", plain("isdigit", s -> all(s, Character::isDigit)));
        METHODS.put("isspace", plain("isspace", s -> all(s, Text::isSpace)));
        METHODS.put("islower", plain("islower", s -> Text.isCased(s) && Text.lower(s).equals(s)));
        METHODS.put("isupper", plain("isupper", s -> Text.isCased(s) && Text.upper(s).equals(s)));
        METHODS.put("strip", (s, a, r) -> strip(s, a, true, true));
        METHODS.put("lstrip", (s, a, r) -> strip(s, a, true, false));
        METHODS.put("rstrip", (s, a, r) -> strip(s, a, false, true));
        METHODS.put("startswith", (s, a, r) -> any(a.bind("startswith", 1, "prefix"), s, true));
        METHODS.put("endswith", (s, a, r) -> any(a.bind("endswith", 1, "suffix"), s, false));
        METHODS.put("removeprefix", (s, a, r) -> removePrefix(s, text(a, "removeprefix")));
        METHODS.put("removesuffix", (s, a, r) -> removeSuffix(s, text(a, "removesuffix")));
        METHODS.put("find", (s, a, r) -> position(s, s.indexOf(text(a, "find"))));
        METHODS.put("rfind", (s, a, r) -> position(s, s.lastIndexOf(text(a, "rfind"))));
        METHODS.put("index", StringMethods::index);
        METHODS.put("count", StringMethods::count);
        METHODS.put("replace", StringMethods::replace);
        METHODS.put("join", (s, a, r) -> join(s, a.bind("join", 1, "iterable")[0], r));
        METHODS.put("split", (s, a, r) -> Splitter.split(s, a, false));
        METHODS.put("rsplit", (s, a, r) -> Splitter.split(s, a, true));
        METHODS.put("splitlines", StringMethods::splitlines);
        METHODS.put("partition", StringMethods::partition);
        METHODS.put("ljust", (s, a, r) -> justify(s, a.bind("ljust", 1, "width"), false, r));
        METHODS.put("rjust", (s, a, r) -> justify(s, a.bind("rjust", 1, "width"), true, r));
        METHODS.put("zfill", StringMethods::zfill);
    }

    private StringMethods() {}

    /** A method of {@code str}. */
    @FunctionalInterface
    private interface Method {
        Object call(String self, Arguments arguments, Rendering rendering);
    }

    /** The method, or undefined if {@code str} has none of that name. */
    static Object bind(String self, String name) {
        Method method = METHODS.get(name);
        if (method != null) {
            return (Callable) (arguments, rendering) -> method.call(self, arguments, rendering);
        }
        if (NOT_COVERED.contains(name)) {
            throw new JinjaException("string method '" + name + "' is not supported");
        }
        return Attributes.missing(self, name);
    }

    private static Method plain(String name, Function<String, Object> function) {
        return (self, arguments, rendering) -> {
            arguments.bind(name, 0);
            return function.apply(self);
        };
    }

    private static String text(Arguments arguments, String method) {
        return Types.string(arguments.bind(method, 1, "text")[0], "the argument of " + method);
    }

    private static boolean all(String text, IntPredicate test) {
        return !text.isEmpty() && text.codePoints().allMatch(test);
    }

    private static String strip(String self, Arguments arguments, boolean start, boolean end) {
        Object characters = Arguments.or(arguments.bind("strip", 0, "chars")[0], null);
        IntPredicate drops =
                characters == null
                        ? Text::isSpace
                        : c -> Types.string(characters, "the argument of strip").indexOf(c) >= 0;
        String kept = start ? Text.stripStart(self, drops) : self;
        return end ? Text.stripEnd(kept, drops) : kept;
    }

    private static boolean any(Object[] bound, String self, boolean prefix) {
        List<?> candidates = bound[0] instanceof Tuple tuple ? tuple : List.of(bound[0]);
        return candidates.stream()
                .map(candidate -> Types.string(candidate, "a prefix or suffix"))
                .anyMatch(text -> prefix ? self.startsWith(text) : self.endsWith(text));
    }

    private static String removePrefix(String self, String prefix) {
        return self.startsWith(prefix) ? self.substring(prefix.length()) : self;
    }

    private static String removeSuffix(String self, String suffix) {
        return self.endsWith(suffix) ? self.substring(0, self.length() - suffix.length()) : self;
    }

    private static long position(String self, int index) {
        return index < 0 ? -1 : self.codePointCount(0, index);
    }

    private static Object index(String self, Arguments arguments, Rendering rendering) {
        long position = position(self, self.indexOf(text(arguments, "index")));
        if (position < 0) {
            throw new JinjaException("substring not found");
        }
        return position;
    }

    private static Object count(String self, Arguments arguments, Rendering rendering) {
        String wanted = text(arguments, "count");
        if (wanted.isEmpty()) {
            return Text.length(self) + 1L;
        }
        long count = 0;
        for (int i = self.indexOf(wanted); i >= 0; i = self.indexOf(wanted, i + wanted.length())) {
            count++;
        }
        return count;
    }

    static Object replace(String self, Arguments arguments, Rendering rendering) {
        Object[] bound = arguments.bind("replace", 2, "old", "new", "count");
        String old = Types.string(bound[0], "what replace looks for");
        String replacement = Types.string(bound[1], "what replace puts in");
        Object limit = Arguments.or(bound[2], null);
        int count = limit == null ? -1 : Types.integer(limit, "the count of replace");
        if (old.isEmpty()) {
            throw new JinjaException("replacing the empty string is not supported");
        }
        StringBuilder out = new StringBuilder();
        int from = 0;
        for (int i = self.indexOf(old); i >= 0 && count != 0; i = self.indexOf(old, from)) {
            out.append(self, from, i).append(replacement);
            rendering.reserve(out.length());
            from = i + old.length();
            count--;
        }
        return out.append(self, from, self.length()).toString();
    }

    private static String join(String separator, Object items, Rendering rendering) {
        List<String> parts = new ArrayList<>();
        Types.list(items).forEach(item -> parts.add(Types.string(item, "an element to join")));
        return join(separator, parts, rendering);
    }

    static String join(String separator, List<String> parts, Rendering rendering) {
        long length = (long) separator.length() * Math.max(0, parts.size() - 1);
        for (String part : parts) {
            length += part.length();
        }
        rendering.reserve(length);
        return String.join(separator, parts);
    }

    private static Object splitlines(String self, Arguments arguments, Rendering rendering) {
        arguments.bind("splitlines", 0);
        return lines(self);
    }

    static List<Object> lines(String text) {
        List<Object> lines = new ArrayList<>(List.of(LINE_END.split(text, -1)));
        if (lines.get(lines.size() - 1).equals("")) {
            lines.remove(lines.size() - 1);
        }
        return lines;
    }

    private static Object partition(String self, Arguments arguments, Rendering rendering) {
        String separator = text(arguments, "partition");
        if (separator.isEmpty()) {
            throw new JinjaException("empty separator");
        }
        int index = self.indexOf(separator);
        return index < 0
                ? new Tuple(List.of(self, "", ""))
                : new Tuple(
                        List.of(
                                self.substring(0, index),
                                separator,
                                self.substring(index + separator.length())));
    }

    private static String justify(String self, Object[] bound, boolean right, Rendering rendering) {
        int width = Types.integer(bound[0], "the width");
        String padding = " ".repeat(padding(self, width, rendering));
        return right ? padding + self : self + padding;
    }

    private static int padding(String self, int width, Rendering rendering) {
        rendering.reserve(width);
        return Math.max(0, width - Text.length(self));
    }

    private static Object zfill(String self, Arguments arguments, Rendering rendering) {
        int width = Types.integer(arguments.bind("zfill", 1, "width")[0], "the width of zfill");
        String zeros = "0".repeat(padding(self, width, rendering));
        boolean signed = self.startsWith("-") || self.startsWith("+");
        return signed ? self.charAt(0) + zeros + self.substring(1) : zeros + self;
    }
}
