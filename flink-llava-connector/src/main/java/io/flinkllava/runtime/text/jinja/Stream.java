package io.flinkllava.runtime.text.jinja;

import java.util.Iterator;
import java.util.List;

/**
 * Values that can only be walked through: Python's generators, which most filters give, and the
 * views and ranges, which know their length.
 */
final class Stream implements Iterable<Object> {

    enum Kind {
        /** Walked through once; has no length and is always true. */
        GENERATOR,
        /** {@code dict.items()} and its like. */
        VIEW,
        /** {@code range(...)}: can be indexed, too. */
        RANGE
    }

    private final Kind kind;
    private final List<Object> items;
    private final Iterator<Object> once;

    Stream(Kind kind, List<Object> items) {
        this.kind = kind;
        this.items = items;
        this.once = items.iterator();
    }

    static Stream generator(List<Object> items) {
        return new Stream(Kind.GENERATOR, items);
    }

    boolean isGenerator() {
        return kind == Kind.GENERATOR;
    }

    boolean isRange() {
        return kind == Kind.RANGE;
    }

    /** Of views and ranges. */
    List<Object> items() {
        return items;
    }

    @Override
    public Iterator<Object> iterator() {
        return isGenerator() ? once : items.iterator();
    }
}
