package io.flinkllava.runtime.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A node that has a value. Each counts as one step of the rendering. */
sealed interface Expression {

    Object evaluate(Scope scope, Rendering rendering);

    private static List<Object> all(List<Expression> parts, Scope scope, Rendering rendering) {
        List<Object> values = new ArrayList<>(parts.size());
        for (Expression part : parts) {
            values.add(part.evaluate(scope, rendering));
        }
        return values;
    }

    /** A string, number, boolean or None as written in the template. */
    record Literal(Object value) implements Expression {
        @Override
        public Object evaluate(Scope scope, Rendering rendering) {
            return value;
        }
    }

    /** A variable. */
    record Name(String name, int line) implements Expression {
        @Override
        public Object evaluate(Scope scope, Rendering rendering) {
            rendering.step(line);
            return scope.get(name);
        }
    }

    /** {@code [a, b]}. */
    record ListOf(List<Expression> items) implements Expression {
        @Override
        public Object evaluate(Scope scope, Rendering rendering) {
            return all(items, scope, rendering);
        }
    }

    /** {@code (a, b)}. */
    record TupleOf(List<Expression> items) implements Expression {
        @Override
        public Object evaluate(Scope scope, Rendering rendering) {
            return new Tuple(all(items, scope, rendering));
        }
    }

    /** {@code {key: value}}. */
    record DictOf(List<Expression> keys, List<Expression> values) implements Expression {
        @Override
        public Object evaluate(Scope scope, Rendering rendering) {
            Map<Object, Object> dict = new LinkedHashMap<>();
            for (int i = 0; i < keys.size(); i++) {
                Object key = keys.get(i).evaluate(scope, rendering);
                if (!Operators.isKey(key)) {
                    throw new JinjaException(Types.name(key) + " is not supported as a key");
                }
                dict.put(key, values.get(i).evaluate(scope, rendering));
            }
            return dict;
        }
    }

    /** {@code target.name}. */
    record Attribute(Expression target, String name, int line) implements Expression {
        @Override
        public Object evaluate(Scope scope, Rendering rendering) {
            Object value = target.evaluate(scope, rendering);
            rendering.step(line);
            rendering.reserveLengthOf(value);
            return Attributes.attribute(value, name);
        }
    }

    /** {@code target[key]}. */
    record Item(Expression target, Expression key, int line) implements Expression {
        @Override
        public Object evaluate(Scope scope, Rendering rendering) {
            Object value = target.evaluate(scope, rendering);
            Object index = key.evaluate(scope, rendering);
            rendering.step(line);
            if (value instanceof String) {
                rendering.reserveLengthOf(value);
            }
            return Attributes.item(value, index);
        }
    }

    /** {@code target[start:stop:step]}; a part that is not written is None. */
    record Slice(Expression target, Expression start, Expression stop, Expression step, int line)
            implements Expression {
        @Override
        public Object evaluate(Scope scope, Rendering rendering) {
            Object value = target.evaluate(scope, rendering);
            Object from = start.evaluate(scope, rendering);
            Object to = stop.evaluate(scope, rendering);
            Object by = step.evaluate(scope, rendering);
            rendering.step(line);
            rendering.reserveLengthOf(value);
            return Attributes.slice(value, from, to, by);
        }
    }

    /** What stands between the parentheses of a call. */
    record Passed(List<Expression> positional, Map<String, Expression> named) {

        static final Passed NOTHING = new Passed(List.of(), Map.of());

        Arguments evaluate(Scope scope, Rendering rendering) {
            Map<String, Object> byName = new LinkedHashMap<>();
            named.forEach((name, value) -> byName.put(name, value.evaluate(scope, rendering)));
            return new Arguments(all(positional, scope, rendering), byName);
        }
    }

    /** {@code target(...)}. */
    record Call(Expression target, Passed passed, int line) implements Expression {
        @Override
        public Object evaluate(Scope scope, Rendering rendering) {
            Object callee = target.evaluate(scope, rendering);
            Arguments arguments = passed.evaluate(scope, rendering);
            rendering.step(line);
            if (callee instanceof Callable callable) {
                return rendering.call(callable, arguments);
            } else if (callee instanceof Undefined undefined) {
                throw undefined.used();
            }
            throw new JinjaException(Types.name(callee) + " cannot be called");
        }
    }

    /** {@code value | filter(...)}. */
    record Filtered(Expression value, String filter, Passed passed, int line)
            implements Expression {
        @Override
        public Object evaluate(Scope scope, Rendering rendering) {
            Object input = value.evaluate(scope, rendering);
            Arguments arguments = passed.evaluate(scope, rendering);
            rendering.step(line);
            rendering.reserveLengthOf(input);
            return Filters.apply(filter, input, arguments, rendering);
        }
    }

    /** {@code value is test(...)}. */
    record Tested(Expression value, String test, Passed passed, int line) implements Expression {
        @Override
        public Object evaluate(Scope scope, Rendering rendering) {
            Object input = value.evaluate(scope, rendering);
            Arguments arguments = passed.evaluate(scope, rendering);
            rendering.step(line);
            return Tests.apply(test, input, arguments);
        }
    }

    /** {@code not value}. */
    record Not(Expression value) implements Expression {
        @Override
        public Object evaluate(Scope scope, Rendering rendering) {
            return !Types.isTrue(value.evaluate(scope, rendering));
        }
    }

    /** {@code -value}, or {@code +value}. */
    record Signed(Expression value, boolean minus, int line) implements Expression {
        @Override
        public Object evaluate(Scope scope, Rendering rendering) {
            Object number = value.evaluate(scope, rendering);
            rendering.step(line);
            Object negated = Operators.negate(number);
            return minus ? negated : Operators.negate(negated);
        }
    }

    /** {@code left + right} and the like. */
    record Arithmetic(String operator, Expression left, Expression right, int line)
            implements Expression {
        @Override
        public Object evaluate(Scope scope, Rendering rendering) {
            Object a = left.evaluate(scope, rendering);
            Object b = right.evaluate(scope, rendering);
            rendering.step(line);
            return Operators.arithmetic(operator, a, b, rendering);
        }
    }

    /** {@code a ~ b}: the printed forms, joined. */
    record Concatenation(List<Expression> parts, int line) implements Expression {
        @Override
        public Object evaluate(Scope scope, Rendering rendering) {
            List<String> texts = new ArrayList<>();
            all(parts, scope, rendering).forEach(part -> texts.add(Printer.str(part)));
            rendering.step(line);
            return StringMethods.join("", texts, rendering);
        }
    }

    /** {@code a < b <= c}: every neighbouring pair must agree. */
    record Comparison(Expression first, List<String> operators, List<Expression> others, int line)
            implements Expression {
        @Override
        public Object evaluate(Scope scope, Rendering rendering) {
            Object left = first.evaluate(scope, rendering);
            for (int i = 0; i < operators.size(); i++) {
                Object right = others.get(i).evaluate(scope, rendering);
                rendering.step(line);
                rendering.reserveLengthOf(left);
                rendering.reserveLengthOf(right);
                if (!holds(operators.get(i), left, right)) {
                    return false;
                }
                left = right;
            }
            return true;
        }

        private static boolean holds(String operator, Object left, Object right) {
            return switch (operator) {
                case "in" -> Operators.contains(right, left);
                case "not in" -> !Operators.contains(right, left);
                default -> Tests.apply(operator, left, new Arguments(one(right), Map.of()));
            };
        }

        private static List<Object> one(Object value) {
            return Collections.singletonList(value);
        }
    }

    /** {@code a and b}, {@code a or b}: the operand that decides, as in Python. */
    record Logical(boolean and, Expression left, Expression right) implements Expression {
        @Override
        public Object evaluate(Scope scope, Rendering rendering) {
            Object value = left.evaluate(scope, rendering);
            return Types.isTrue(value) == and ? right.evaluate(scope, rendering) : value;
        }
    }

    /** {@code value if condition else otherwise}. */
    record Conditional(Expression value, Expression condition, Expression otherwise)
            implements Expression {
        @Override
        public Object evaluate(Scope scope, Rendering rendering) {
            return Types.isTrue(condition.evaluate(scope, rendering))
                    ? value.evaluate(scope, rendering)
                    : otherwise.evaluate(scope, rendering);
        }
    }
}
