package io.flinkllava.runtime.text.jinja;

import java.util.List;

/** What a value can be assigned to. */
sealed interface Target {

    void assign(Object value, Scope scope);

    /** A variable of the scope. */
    record Variable(String name) implements Target {
        @Override
        public void assign(Object value, Scope scope) {
            scope.set(name, value);
        }
    }

    /** An attribute of a {@code namespace()}. */
    record NamespaceAttribute(String name, String attribute) implements Target {
        @Override
        public void assign(Object value, Scope scope) {
            if (!(scope.get(name) instanceof Namespace namespace)) {
                throw new JinjaException("'" + name + "' is not a namespace");
            }
            namespace.set(attribute, value);
        }
    }

    /** {@code a, b}. */
    record Unpacked(List<Target> targets) implements Target {
        @Override
        public void assign(Object value, Scope scope) {
            List<Object> values = Types.list(value);
            if (values.size() != targets.size()) {
                throw new JinjaException(
                        "cannot unpack "
                                + values.size()
                                + " values into "
                                + targets.size()
                                + " variables");
            }
            for (int i = 0; i < values.size(); i++) {
                targets.get(i).assign(values.get(i), scope);
            }
        }
    }
}
