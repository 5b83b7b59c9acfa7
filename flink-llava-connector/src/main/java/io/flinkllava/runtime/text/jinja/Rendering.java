package io.flinkllava.runtime.text.jinja;

import java.time.Clock;
import java.time.LocalDateTime;

/**
 * One rendering: its output, the line it is at and the limits that keep a hostile template from
 * taking all time or memory. Used by one thread.
 */
final class Rendering {

    /** Characters of the output, and of any string on the way. */
    static final int MAX_LENGTH = 1 << 22;

    private static final long MAX_WORK = 1_000_000;
    private static final int CHARACTERS_PER_WORK = 16;
    private static final int MAX_CALLS = 100;

    private final Clock clock;
    private StringBuilder output = new StringBuilder();
    private long work;
    private int calls;
    private int line;

    Rendering(Clock clock) {
        this.clock = clock;
    }

    int line() {
        return line;
    }

    String output() {
        return output.toString();
    }

    LocalDateTime now() {
        return LocalDateTime.now(clock);
    }

    /** Counts the evaluation of a node. */
    void step(int where) {
        line = where;
        work(1);
    }

    /** To be called before something of this length is made. */
    void reserve(long length) {
        if (length > MAX_LENGTH) {
            throw new JinjaException("more than " + MAX_LENGTH + " characters or elements");
        }
        work(length / CHARACTERS_PER_WORK);
    }

    /** To be called before something walks through the value. */
    void reserveLengthOf(Object value) {
        if (Types.hasLength(value)) {
            reserve(Types.length(value));
        }
    }

    private void work(long units) {
        work += units;
        if (work > MAX_WORK) {
            throw new JinjaException("the template takes too many steps");
        }
    }

    void write(String text) {
        reserve(text.length());
        if (output.length() + (long) text.length() > MAX_LENGTH) {
            throw new JinjaException("the output is longer than " + MAX_LENGTH + " characters");
        }
        output.append(text);
    }

    /** What the body writes, kept out of the output. */
    String capture(Runnable body) {
        StringBuilder outside = output;
        output = new StringBuilder();
        try {
            body.run();
            return output.toString();
        } finally {
            output = outside;
        }
    }

    Object call(Callable callable, Arguments arguments) {
        if (++calls > MAX_CALLS) {
            throw new JinjaException("calls are nested more than " + MAX_CALLS + " deep");
        }
        try {
            return callable.call(arguments, this);
        } finally {
            calls--;
        }
    }
}
