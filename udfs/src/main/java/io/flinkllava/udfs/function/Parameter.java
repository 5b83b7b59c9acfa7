package io.flinkllava.udfs.function;

import io.flinkllava.udfs.request.Part;

import java.io.Serializable;

/** A parameter of a function. */
record Parameter(String name, Part part, boolean optional) implements Serializable {

    static Parameter of(String name, Part part) {
        return new Parameter(name, part, false);
    }

    static Parameter optional(String name, Part part) {
        return new Parameter(name, part, true);
    }
}
