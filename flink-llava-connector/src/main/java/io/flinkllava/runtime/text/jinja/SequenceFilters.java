package io.flinkllava.runtime.text.jinja;

import io.flinkllava.runtime.text.jinja.Filters.Filter;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Jinja's filters that walk through a sequence. */
final class SequenceFilters {

    static final Map<String, Filter> ALL = new TreeMap<>();

    static {
        ALL.put("dictsort", (v, a, r) -> dictSort(v, a));
        ALL.put("first", (v, a, r) -> first(v, a));
        ALL.put("items", (v, a, r) -> items(v, a));
        ALL.put("join", SequenceFilters::join);
        ALL.put("last", (v, a, r) -> last(v, a));
        ALL.put("list", (v, a, r) -> list(v, a));
        ALL.put("map", SequenceFilters::map);
        ALL.put("max", (v, a, r) -> extreme(v, a, 1));
        ALL.put("min", (v, a, r) -> extreme(v, a, -1));
        ALL.put("reject", (v, a, r) -> select(v, a, false));
        ALL.put("rejectattr", (v, a, r) -> selectAttribute(v, a, false));
        ALL.put("reverse", (v, a, r) -> reverse(v, a));
        ALL.put("select", (v, a, r) -> select(v, a, true));
        ALL.put("selectattr", (v, a, r) -> selectAttribute(v, a, true));
        ALL.put("sort", (v, a, r) -> sort(v, a));
        ALL.put("sum", SequenceFilters::sum);
        ALL.put("unique", (v, a, r) -> unique(v, a));
    }

    private SequenceFilters() {}

    /** How Jinja reads {@code attribute='a.0.b'}: a path of keys and indexes. */
    private static UnaryOperator<Object> getter(Object attribute) {
        if (attribute == null) {
            return item -> item;
        }
        if (attribute instanceof Long) {
            return item -> Attributes.item(item, attribute);
        }
        List<Object> path = new ArrayList<>();
        for (String part : Types.string(attribute, "an attribute").split("\\.", -1)) {
            path.add(part.matches("[0-9]{1,9}") ? (Object) Long.valueOf(part) : part);
        }
        return item -> {
            Object value = item;
            for (Object key : path) {
                value = Attributes.item(value, key);
            }
            return value;
        };
    }

    private static UnaryOperator<Object> sortKey(Object attribute, Object caseSensitive) {
        UnaryOperator<Object> getter = getter(attribute);
        return Types.isTrue(caseSensitive)
                ? getter
                : item ->
                        getter.apply(item) instanceof String s ? Text.lower(s) : getter.apply(item);
    }

    private static Object list(Object value, Arguments arguments) {
        arguments.bind("list", 0);
        return Types.list(value);
    }

    private static Object first(Object value, Arguments arguments) {
        arguments.bind("first", 0);
        Iterator<Object> items = Types.iterate(value);
        return items.hasNext() ? items.next() : new Undefined("the first item of nothing");
    }

    private static Object last(Object value, Arguments arguments) {
        arguments.bind("last", 0);
        if (!Types.hasLength(value) || value instanceof Undefined) {
            throw new JinjaException(Types.name(value) + " has no last item");
        }
        List<Object> items = Types.list(value);
        return items.isEmpty()
                ? new Undefined("the last item of nothing")
                : items.get(items.size() - 1);
    }

    private static Object items(Object value, Arguments arguments) {
        arguments.bind("items", 0);
        if (value instanceof Undefined) {
            return Stream.generator(List.of());
        } else if (value instanceof Map<?, ?> map) {
            return Stream.generator(Attributes.itemsOf(map));
        }
        throw new JinjaException("only a dict has items, not " + Types.name(value));
    }

    private static Object join(Object value, Arguments arguments, Rendering rendering) {
        Object[] bound = arguments.bind("join", 0, "d", "attribute");
        UnaryOperator<Object> getter = getter(Arguments.or(bound[1], null));
        List<String> parts = new ArrayList<>();
        Types.list(value).forEach(item -> parts.add(Printer.str(getter.apply(item))));
        return StringMethods.join(Printer.str(Arguments.or(bound[0], "")), parts, rendering);
    }

    private static Object map(Object value, Arguments arguments, Rendering rendering) {
        List<Object> mapped = new ArrayList<>();
        if (arguments.positional().isEmpty()) {
            Object[] bound = arguments.bind("map", 0, "attribute", "default");
            UnaryOperator<Object> getter = getter(Arguments.or(bound[0], null));
            for (Object item : itemsUnlessFalse(value)) {
                Object got = getter.apply(item);
                mapped.add(got instanceof Undefined ? Arguments.or(bound[1], got) : got);
            }
        } else {
            String filter = Types.string(arguments.positional().get(0), "the filter of map");
            Arguments rest = rest(arguments, 1);
            itemsUnlessFalse(value)
                    .forEach(item -> mapped.add(Filters.apply(filter, item, rest, rendering)));
        }
        return Stream.generator(mapped);
    }

    /** Some of Jinja's filters take whatever is false, None for one, for an empty sequence. */
    private static List<Object> itemsUnlessFalse(Object value) {
        return Types.isTrue(value) ? Types.list(value) : List.of();
    }

    private static Arguments rest(Arguments arguments, int from) {
        List<Object> positional = arguments.positional();
        return new Arguments(positional.subList(from, positional.size()), arguments.named());
    }

    private static Object select(Object value, Arguments arguments, boolean wanted) {
        Predicate<Object> test = test(arguments, 0);
        return select(value, item -> test.test(item) == wanted);
    }

    private static Object selectAttribute(Object value, Arguments arguments, boolean wanted) {
        if (arguments.positional().isEmpty()) {
            throw new JinjaException("selectattr misses its attribute");
        }
        UnaryOperator<Object> getter = getter(arguments.positional().get(0));
        Predicate<Object> test = test(arguments, 1);
        return select(value, item -> test.test(getter.apply(item)) == wanted);
    }

    private static Stream select(Object value, Predicate<Object> keeps) {
        List<Object> kept = new ArrayList<>();
        itemsUnlessFalse(value).stream().filter(keeps).forEach(kept::add);
        return Stream.generator(kept);
    }

    private static Predicate<Object> test(Arguments arguments, int position) {
        if (arguments.positional().size() <= position) {
            return Types::isTrue;
        }
        String name = Types.string(arguments.positional().get(position), "the name of a test");
        Arguments rest = rest(arguments, position + 1);
        return item -> Tests.apply(name, item, rest);
    }

    private static Object reverse(Object value, Arguments arguments) {
        arguments.bind("reverse", 0);
        if (value instanceof String text) {
            return new StringBuilder(text).reverse().toString();
        }
        List<Object> items = Types.list(value);
        Collections.reverse(items);
        return value instanceof Stream stream && stream.isGenerator()
                ? items
                : Stream.generator(items);
    }

    private static Object sort(Object value, Arguments arguments) {
        Object[] bound = arguments.bind("sort", 0, "reverse", "case_sensitive", "attribute");
        UnaryOperator<Object> key =
                sortKey(Arguments.or(bound[2], null), Arguments.or(bound[1], false));
        return sorted(Types.list(value), key, Types.isTrue(Arguments.or(bound[0], false)));
    }

    private static List<Object> sorted(
            List<Object> items, UnaryOperator<Object> key, boolean reverse) {
        Comparator<Object> order = (a, b) -> Operators.order(key.apply(a), key.apply(b));
        items.sort(reverse ? order.reversed() : order);
        return items;
    }

    private static Object dictSort(Object value, Arguments arguments) {
        Object[] bound = arguments.bind("dictsort", 0, "case_sensitive", "by", "reverse");
        if (!(value instanceof Map<?, ?> map)) {
            throw new JinjaException("only a dict can be dictsorted, not " + Types.name(value));
        }
        Object by = Arguments.or(bound[1], "key");
        if (!by.equals("key") && !by.equals("value")) {
            throw new JinjaException("dictsort sorts by 'key' or 'value'");
        }
        UnaryOperator<Object> key =
                sortKey(by.equals("key") ? 0L : 1L, Arguments.or(bound[0], false));
        return sorted(Attributes.itemsOf(map), key, Types.isTrue(Arguments.or(bound[2], false)));
    }

    private static Object extreme(Object value, Arguments arguments, int sign) {
        Object[] bound = arguments.bind("min or max", 0, "case_sensitive", "attribute");
        UnaryOperator<Object> key =
                sortKey(Arguments.or(bound[1], null), Arguments.or(bound[0], false));
        Object best = new Undefined("the extreme of nothing");
        boolean found = false;
        for (Object item : Types.list(value)) {
            if (!found || Operators.order(key.apply(item), key.apply(best)) * sign > 0) {
                best = item;
                found = true;
            }
        }
        return best;
    }

    private static Object unique(Object value, Arguments arguments) {
        Object[] bound = arguments.bind("unique", 0, "case_sensitive", "attribute");
        UnaryOperator<Object> key =
                sortKey(Arguments.or(bound[1], null), Arguments.or(bound[0], false));
        Map<Object, Object> byKey = new LinkedHashMap<>();
        for (Object item : Types.list(value)) {
            if (!Operators.isKey(key.apply(item))) {
                throw new JinjaException("unique of this value is not supported");
            }
            byKey.putIfAbsent(key.apply(item), item);
        }
        return Stream.generator(new ArrayList<>(byKey.values()));
    }

    private static Object sum(Object value, Arguments arguments, Rendering rendering) {
        Object[] bound = arguments.bind("sum", 0, "attribute", "start");
        UnaryOperator<Object> getter = getter(Arguments.or(bound[0], null));
        Object sum = Arguments.or(bound[1], 0L);
        for (Object item : Types.list(value)) {
            sum = Operators.arithmetic("+", sum, getter.apply(item), rendering);
        }
        return sum;
    }
}
