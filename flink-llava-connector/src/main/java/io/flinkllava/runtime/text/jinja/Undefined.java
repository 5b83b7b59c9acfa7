package io.flinkllava.runtime.text.jinja;

/**
 * A value that is not there, as {@code jinja2.Undefined}: prints as nothing, is false, has no
 * elements, and anything else done with it is an error.
 *
 * @param what how an error names it
 */
record Undefined(String what) {

    JinjaException used() {
        return new JinjaException(what + " is undefined");
    }

    /** All undefined values are equal, as in Jinja. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Undefined;
    }

    @Override
    public int hashCode() {
        return 1;
    }
}
