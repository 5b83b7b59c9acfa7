package io.flinkllava.runtime.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The functions that every template can call. */
final class Globals {

    /** The bound of Jinja's sandbox. */
    private static final long MAX_RANGE = 100_000;

    static final Map<String, Object> ALL =
            Map.of(
                    "range",
                    (Callable) Globals::range,
                    "namespace",
                    (Callable) Globals::namespace,
                    "dict",
                    (Callable) Globals::dict,
                    "raise_exception",
                    (Callable) Globals::raise,
                    "strftime_now",
                    (Callable) Globals::strftimeNow);

    private Globals() {}

    private static Object range(Arguments arguments, Rendering rendering) {
        Object[] bound = arguments.bind("range", 1, "start", "stop", "step");
        long first = Types.integer(bound[0], "an argument of range");
        boolean single = bound[1] == Arguments.ABSENT;
        long start = single ? 0 : first;
        long stop = single ? first : Types.integer(bound[1], "an argument of range");
        long step = Types.integer(Arguments.or(bound[2], 1L), "an argument of range");
        if (step == 0) {
            throw new JinjaException("the step of a range is 0");
        }
        List<Object> numbers = new ArrayList<>();
        for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
            if (numbers.size() == MAX_RANGE) {
                throw new JinjaException("a range has more than " + MAX_RANGE + " elements");
            }
            numbers.add(i);
        }
        rendering.reserve(numbers.size());
        return new Stream(Stream.Kind.RANGE, numbers);
    }

    private static Object namespace(Arguments arguments, Rendering rendering) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        dict(arguments, rendering).forEach((key, value) -> attributes.put((String) key, value));
        return new Namespace(attributes);
    }

    private static Map<Object, Object> dict(Arguments arguments, Rendering rendering) {
        Map<Object, Object> dict = new LinkedHashMap<>();
        if (arguments.positional().size() > 1) {
            throw new JinjaException("dict takes at most 1 argument");
        }
        for (Object argument : arguments.positional()) {
            if (!(argument instanceof Map<?, ?> map)) {
                throw new JinjaException("dict of " + Types.name(argument) + " is not supported");
            }
            dict.putAll(map);
        }
        dict.putAll(arguments.named());
        return dict;
    }

    private static Object raise(Arguments arguments, Rendering rendering) {
        Object message = arguments.bind("raise_exception", 1, "message")[0];
        throw new JinjaException.Raised(Printer.str(message));
    }

    private static Object strftimeNow(Arguments arguments, Rendering rendering) {
        Object format = arguments.bind("strftime_now", 1, "format")[0];
        return TimeFormat.format(Types.string(format, "a time format"), rendering.now());
    }
}
