package io.flinkllava.runtime.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Jinja's filters of one value; those that walk through many are in {@link SequenceFilters}. */
final class Filters {

    private static final Pattern WORD = Pattern.compile("[^-\\s({\\[<]+|[-\\s({\\[<]+");

    private static final Map<String, Filter> ALL = new TreeMap<>();

    static {
        ALL.put("abs", (v, a, r) -> abs(v, a));
        ALL.put("capitalize", text("capitalize", Text::capitalize));
        ALL.put("count", (v, a, r) -> length(v, a));
        ALL.put("d", (v, a, r) -> fallback(v, a));
        ALL.put("default", (v, a, r) -> fallback(v, a));
        ALL.put("float", (v, a, r) -> Numbers.toFloat(v, a));
        ALL.put("indent", Filters::indent);
        ALL.put("int", (v, a, r) -> Numbers.toInt(v, a));
        ALL.put("length", (v, a, r) -> length(v, a));
        ALL.put("lower", text("lower", Text::lower));
        ALL.put("replace", (v, a, r) -> StringMethods.replace(Printer.str(v), a, r));
        ALL.put("round", (v, a, r) -> Numbers.round(v, a));
        ALL.put("string", text("string", s -> s));
        ALL.put("title", text("title", Filters::title));
        ALL.put("tojson", Json::dump);
        ALL.put("trim", (v, a, r) -> trim(v, a));
        ALL.put("upper", text("upper", Text::upper));
        ALL.putAll(SequenceFilters.ALL);
    }

    private Filters() {}

    /** Makes a new value of one. */
    @FunctionalInterface
    interface Filter {
        Object apply(Object value, Arguments arguments, Rendering rendering);
    }

    static Object apply(String name, Object value, Arguments arguments, Rendering rendering) {
        Filter filter = ALL.get(name);
        if (filter == null) {
            throw new JinjaException("filter '" + name + "' is unknown or not supported");
        }
        return filter.apply(value, arguments, rendering);
    }

    private static Filter text(String name, Function<String, Object> function) {
        return (value, arguments, rendering) -> {
            arguments.bind(name, 0);
            return function.apply(Printer.str(value));
        };
    }

    private static Object abs(Object value, Arguments arguments) {
        arguments.bind("abs", 0);
        Object negated = Operators.negate(value);
        return Operators.order(negated, 0L) > 0 ? negated : Operators.negate(negated);
    }

    private static Object length(Object value, Arguments arguments) {
        arguments.bind("length", 0);
        return Types.length(value);
    }

    private static Object fallback(Object value, Arguments arguments) {
        Object[] bound = arguments.bind("default", 0, "default_value", "boolean");
        boolean replacesFalse = Types.isTrue(Arguments.or(bound[1], false));
        boolean missing = value instanceof Undefined || (replacesFalse && !Types.isTrue(value));
        return missing ? Arguments.or(bound[0], "") : value;
    }

    private static Object trim(Object value, Arguments arguments) {
        Object characters = Arguments.or(arguments.bind("trim", 0, "chars")[0], null);
        String text = Printer.str(value);
        if (characters == null) {
            return Text.strip(text);
        }
        String drops = Types.string(characters, "the argument of trim");
        return Text.stripStart(
                Text.stripEnd(text, c -> drops.indexOf(c) >= 0), c -> drops.indexOf(c) >= 0);
    }

    /** Jinja's own idea of a title: words begin after a blank, a hyphen or an open bracket. */
    private static String title(String text) {
        StringBuilder out = new StringBuilder();
        for (Matcher words = WORD.matcher(text); words.find(); ) {
            String word = words.group();
            int split = Character.charCount(word.codePointAt(0));
            out.append(Text.upper(word.substring(0, split)))
                    .append(Text.lower(word.substring(split)));
        }
        return out.toString();
    }

    private static Object indent(Object value, Arguments arguments, Rendering rendering) {
        Object[] bound = arguments.bind("indent", 0, "width", "first", "blank");
        String text = Types.string(value, "what is indented");
        Object width = Arguments.or(bound[0], 4L);
        int spaces = width instanceof String ? 0 : Types.integer(width, "the width");
        rendering.reserve(spaces);
        String margin = width instanceof String s ? s : " ".repeat(Math.max(0, spaces));
        boolean blank = Types.isTrue(Arguments.or(bound[2], false));
        List<String> lines = new ArrayList<>();
        for (Object line : StringMethods.lines(text + "\n")) {
            boolean indents = !lines.isEmpty() && (blank || !line.equals(""));
            lines.add(indents ? margin + line : (String) line);
        }
        String joined = StringMethods.join("\n", lines, rendering);
        return Types.isTrue(Arguments.or(bound[1], false)) ? margin + joined : joined;
    }
}
