package io.flinkllava.runtime.text.jinja;

import java.util.Map;
import java.util.TreeMap;

/** What {@code namespace()} makes: the only value whose attributes a template can set. */
final class Namespace {

    private final Map<String, Object> attributes;

    Namespace(Map<String, Object> attributes) {
        this.attributes = new TreeMap<>(attributes);
    }

    Object get(String name) {
        return attributes.containsKey(name)
                ? attributes.get(name)
                : new Undefined("attribute '" + name + "' of a namespace");
    }

    void set(String name, Object value) {
        attributes.put(name, value);
    }
}
