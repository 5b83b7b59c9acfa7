package io.flinkllava.runtime.text.jinja;

import java.util.HashMap;
import java.util.Map;

/** Variables. An assignment stays in the scope it is made in, a look-up goes outwards. */
final class Scope {

    private final Scope outer;
    private final Map<String, Object> variables;

    private Scope(Scope outer, Map<String, Object> variables) {
        this.outer = outer;
        this.variables = variables;
    }

    static Scope root(Map<String, Object> variables) {
        return new Scope(new Scope(null, Globals.ALL), new HashMap<>(variables));
    }

    Scope inner() {
        return new Scope(this, new HashMap<>());
    }

    Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.outer) {
            if (scope.variables.containsKey(name)) {
                return scope.variables.get(name);
            }
        }
        return new Undefined("'" + name + "'");
    }

    void set(String name, Object value) {
        variables.put(name, value);
    }
}
