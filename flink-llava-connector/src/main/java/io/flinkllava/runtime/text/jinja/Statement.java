package io.flinkllava.runtime.text.jinja;

import java.util.ArrayList;
import java.util.List;

/** A node that does something: writes, assigns, branches or repeats. */
sealed interface Statement {

    Flow execute(Scope scope, Rendering rendering);

    /** What comes after a statement. */
    enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    private static Flow all(List<Statement> body, Scope scope, Rendering rendering) {
        for (Statement statement : body) {
            Flow flow = statement.execute(scope, rendering);
            if (flow != Flow.NEXT) {
                return flow;
            }
        }
        return Flow.NEXT;
    }

    /** What a body writes, which has no loop control that reaches out of it. */
    static String capture(List<Statement> body, Scope scope, Rendering rendering) {
        return rendering.capture(() -> all(body, scope, rendering));
    }

    /** Text outside of tags. */
    record Data(String text) implements Statement {
        @Override
        public Flow execute(Scope scope, Rendering rendering) {
            rendering.write(text);
            return Flow.NEXT;
        }
    }

    /** {@code {{ value }}}. */
    record Output(Expression value, int line) implements Statement {
        @Override
        public Flow execute(Scope scope, Rendering rendering) {
            rendering.step(line);
            rendering.write(Printer.str(value.evaluate(scope, rendering)));
            return Flow.NEXT;
        }
    }

    /** The template, or another body that shares the scope around it. */
    record Sequence(List<Statement> body) implements Statement {
        @Override
        public Flow execute(Scope scope, Rendering rendering) {
            return all(body, scope, rendering);
        }
    }

    /** {@code if}; an {@code elif} is an if in {@code otherwise}. */
    record If(Expression condition, List<Statement> body, List<Statement> otherwise)
            implements Statement {
        @Override
        public Flow execute(Scope scope, Rendering rendering) {
            boolean holds = Types.isTrue(condition.evaluate(scope, rendering));
            return all(holds ? body : otherwise, scope, rendering);
        }
    }

    /**
     * {@code for}.
     *
     * @param condition which items take part; {@code true} where none is written
     */
    record For(
            Target target,
            Expression items,
            Expression condition,
            List<Statement> body,
            List<Statement> otherwise,
            int line)
            implements Statement {

        @Override
        public Flow execute(Scope scope, Rendering rendering) {
            List<Object> taken = taken(scope, rendering);
            LoopState loop = new LoopState(taken);
            for (int i = 0; i < taken.size(); i++) {
                rendering.step(line);
                loop.moveTo(i);
                Scope inner = scope.inner();
                inner.set("loop", loop);
                target.assign(taken.get(i), inner);
                if (all(body, inner, rendering) == Flow.BREAK) {
                    break;
                }
            }
            return taken.isEmpty() ? all(otherwise, scope.inner(), rendering) : Flow.NEXT;
        }

        private List<Object> taken(Scope scope, Rendering rendering) {
            Object value = items.evaluate(scope, rendering);
            rendering.step(line);
            List<Object> taken = new ArrayList<>();
            for (Object item : Types.list(value)) {
                rendering.step(line);
                Scope inner = scope.inner();
                target.assign(item, inner);
                if (Types.isTrue(condition.evaluate(inner, rendering))) {
                    taken.add(item);
                }
            }
            return taken;
        }
    }

    /** {@code break} or {@code continue}. */
    record Jump(Flow flow) implements Statement {
        @Override
        public Flow execute(Scope scope, Rendering rendering) {
            return flow;
        }
    }

    /** {@code set target = value}. */
    record Assign(Target target, Expression value, int line) implements Statement {
        @Override
        public Flow execute(Scope scope, Rendering rendering) {
            Object assigned = value.evaluate(scope, rendering);
            rendering.step(line);
            target.assign(assigned, scope);
            return Flow.NEXT;
        }
    }

    /**
     * {@code set} with a body.
     *
     * @param value of the text, which is bound to {@link #TEXT}
     */
    record Captured(Target target, List<Statement> body, Expression value) implements Statement {

        /** No name of a template can be this. */
        static final String TEXT = "<text>";

        @Override
        public Flow execute(Scope scope, Rendering rendering) {
            Scope inner = scope.inner();
            inner.set(TEXT, capture(body, scope.inner(), rendering));
            target.assign(value.evaluate(inner, rendering), scope);
            return Flow.NEXT;
        }
    }

    /** {@code with}, and {@code generation}, which marks what training looks at. */
    record Scoped(List<Target> targets, List<Expression> values, List<Statement> body)
            implements Statement {
        @Override
        public Flow execute(Scope scope, Rendering rendering) {
            Scope inner = scope.inner();
            for (int i = 0; i < targets.size(); i++) {
                targets.get(i).assign(values.get(i).evaluate(scope, rendering), inner);
            }
            return all(body, inner, rendering);
        }
    }

    /** {@code macro}; a parameter without a default has undefined for one. */
    record DefineMacro(
            String name, List<String> parameters, List<Expression> defaults, List<Statement> body)
            implements Statement {

        @Override
        public Flow execute(Scope scope, Rendering rendering) {
            scope.set(name, (Callable) (arguments, caller) -> call(scope, arguments, caller));
            return Flow.NEXT;
        }

        private String call(Scope definition, Arguments arguments, Rendering rendering) {
            Object[] bound = arguments.bind("macro " + name, 0, parameters.toArray(new String[0]));
            Scope inner = definition.inner();
            for (int i = 0; i < bound.length; i++) {
                Object value =
                        bound[i] == Arguments.ABSENT
                                ? defaults.get(i).evaluate(inner, rendering)
                                : bound[i];
                inner.set(parameters.get(i), value);
            }
            return capture(body, inner, rendering);
        }
    }
}
