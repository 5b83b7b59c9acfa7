package io.flinkllava.runtime.text.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** What kind of Python value a Java object stands for, and what follows from the kind alone. */
final class Types {

    private Types() {}

    static String name(Object value) {
        if (value == null) {
            return "None";
        } else if (value instanceof Undefined undefined) {
            return undefined.what();
        } else if (value instanceof Boolean) {
            return "a bool";
        } else if (value instanceof Long) {
            return "an int";
        } else if (value instanceof Double) {
            return "a float";
        } else if (value instanceof String) {
            return "a string";
        } else if (value instanceof Tuple) {
            return "a tuple";
        } else if (value instanceof List<?>) {
            return "a list";
        } else if (value instanceof Map<?, ?>) {
            return "a dict";
        } else if (value instanceof Stream stream) {
            return stream.isGenerator() ? "a generator" : stream.isRange() ? "a range" : "a view";
        } else if (value instanceof Namespace) {
            return "a namespace";
        }
        return value instanceof LoopState ? "the loop" : "a function";
    }

    static boolean isTrue(Object value) {
        if (value == null || value instanceof Undefined) {
            return false;
        } else if (value instanceof Boolean bool) {
            return bool;
        } else if (value instanceof Long number) {
            return number != 0;
        } else if (value instanceof Double number) {
            return number != 0;
        } else if (value instanceof Stream stream && stream.isGenerator()) {
            return true;
        }
        return !hasLength(value) || length(value) > 0;
    }

    static boolean hasLength(Object value) {
        return value instanceof String
                || value instanceof List<?>
                || value instanceof Map<?, ?>
                || value instanceof Undefined
                || (value instanceof Stream stream && !stream.isGenerator());
    }

    static long length(Object value) {
        if (value instanceof String text) {
            return Text.length(text);
        } else if (value instanceof List<?> list) {
            return list.size();
        } else if (value instanceof Map<?, ?> map) {
            return map.size();
        } else if (value instanceof Stream stream && !stream.isGenerator()) {
            return stream.items().size();
        } else if (value instanceof Undefined) {
            return 0;
        }
        throw new JinjaException(name(value) + " has no length");
    }

    static boolean isIterable(Object value) {
        return hasLength(value) || value instanceof Stream;
    }

    /** The elements: characters of a string, keys of a dict. A generator is used up by it. */
    static Iterator<Object> iterate(Object value) {
        if (value instanceof String text) {
            return Text.characters(text).iterator();
        } else if (value instanceof List<?> list) {
            return new ArrayList<Object>(list).iterator();
        } else if (value instanceof Map<?, ?> map) {
            return new ArrayList<Object>(map.keySet()).iterator();
        } else if (value instanceof Stream stream) {
            return stream.iterator();
        } else if (value instanceof Undefined) {
            return List.of().iterator();
        }
        throw new JinjaException(name(value) + " cannot be iterated over");
    }

    static List<Object> list(Object value) {
        List<Object> items = new ArrayList<>();
        iterate(value).forEachRemaining(items::add);
        return items;
    }

    static String string(Object value, String what) {
        if (value instanceof String text) {
            return text;
        }
        throw new JinjaException(what + " must be a string, got " + name(value));
    }

    static int integer(Object value, String what) {
        if (value instanceof Boolean bool) {
            return bool ? 1 : 0;
        } else if (value instanceof Long number && number == number.intValue()) {
            return number.intValue();
        }
        throw new JinjaException(what + " must be an int, got " + name(value));
    }
}
