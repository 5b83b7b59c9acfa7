package io.flinkllava.runtime.text.jinja;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What a call passes: values by position, then by name. */
record Arguments(List<Object> positional, Map<String, Object> named) {

    static final Arguments NONE = new Arguments(List.of(), Map.of());

    /** Stands for an optional parameter that was not passed; {@code null} is None. */
    static final Object ABSENT = new Object();

    /**
     * Matches what was passed with a signature.
     *
     * @param required how many of the first parameters must be there
     * @return a value for each parameter, {@link #ABSENT} where none was passed
     */
    Object[] bind(String callee, int required, String... parameters) {
        if (positional.size() > parameters.length) {
            throw new JinjaException(
                    callee
                            + " takes at most "
                            + parameters.length
                            + " arguments, got "
                            + positional.size());
        }
        Object[] bound = new Object[parameters.length];
        Arrays.fill(bound, ABSENT);
        for (int i = 0; i < positional.size(); i++) {
            bound[i] = positional.get(i);
        }
        named.forEach((name, value) -> bindNamed(callee, bound, parameters, name, value));
        for (int i = 0; i < required; i++) {
            if (bound[i] == ABSENT) {
                throw new JinjaException(callee + " misses its argument '" + parameters[i] + "'");
            }
        }
        return bound;
    }

    private static void bindNamed(
            String callee, Object[] bound, String[] parameters, String name, Object value) {
        int index = Arrays.asList(parameters).indexOf(name);
        if (index < 0 || bound[index] != ABSENT) {
            throw new JinjaException(
                    callee
                            + (index < 0 ? " has no argument '" : " got twice its argument '")
                            + name
                            + "'");
        }
        bound[index] = value;
    }

    static Object or(Object bound, Object fallback) {
        return bound == ABSENT ? fallback : bound;
    }
}
