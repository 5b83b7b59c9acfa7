package io.flinkllava.runtime.text.jinja;

import io.flinkllava.runtime.text.jinja.Expression.Passed;
import io.flinkllava.runtime.text.jinja.Token.Kind;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Parses expressions with Jinja's precedences, which are nearly Python's: {@code ~} binds tighter
 * than {@code +}, {@code **} is left-associative, and a filter binds tighter than any operator.
 */
final class ExpressionParser {

    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Expression UNDEFINED =
            new Expression.Literal(new Undefined("an inline if without else whose test failed"));
    private static final Expression NONE = new Expression.Literal(null);

    private final TokenStream tokens;

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    Expression expression() {
        Expression value = disjunction();
        while (tokens.skipName("if")) {
            Expression condition = disjunction();
            Expression otherwise = tokens.skipName("else") ? expression() : UNDEFINED;
            value = new Expression.Conditional(value, condition, otherwise);
        }
        return value;
    }

    /** One expression, or several with commas as a tuple. */
    Expression tuple(boolean conditional) {
        Expression first = conditional ? expression() : disjunction();
        if (!tokens.peek().isOperator(",")) {
            return first;
        }
        List<Expression> items = new ArrayList<>(List.of(first));
        while (tokens.skipOperator(",")) {
            if (endsTuple()) {
                break;
            }
            items.add(conditional ? expression() : disjunction());
        }
        return new Expression.TupleOf(items);
    }

    private boolean endsTuple() {
        Token token = tokens.peek();
        return token.is(Kind.BLOCK_END) || token.is(Kind.VARIABLE_END) || token.isOperator(")");
    }

    private Expression disjunction() {
        Expression left = conjunction();
        while (tokens.skipName("or")) {
            left = new Expression.Logical(false, left, conjunction());
        }
        return left;
    }

    private Expression conjunction() {
        Expression left = negation();
        while (tokens.skipName("and")) {
            left = new Expression.Logical(true, left, negation());
        }
        return left;
    }

    private Expression negation() {
        return tokens.skipName("not") ? new Expression.Not(negation()) : comparison();
    }

    private Expression comparison() {
        int line = tokens.peek().line();
        Expression first = sum();
        List<String> operators = new ArrayList<>();
        List<Expression> others = new ArrayList<>();
        while (true) {
            Token token = tokens.peek();
            if (token.is(Kind.OPERATOR) && COMPARISONS.contains(token.text())) {
                operators.add(tokens.next().text());
            } else if (tokens.skipName("in")) {
                operators.add("in");
            } else if (token.isName("not") && tokens.peekNext().isName("in")) {
                tokens.next();
                tokens.next();
                operators.add("not in");
            } else {
                return operators.isEmpty()
                        ? first
                        : new Expression.Comparison(first, operators, others, line);
            }
            others.add(sum());
        }
    }

    private Expression sum() {
        Expression left = concatenation();
        while (isOperator("+", "-")) {
            Token operator = tokens.next();
            left = arithmetic(operator, left, concatenation());
        }
        return left;
    }

    private Expression concatenation() {
        int line = tokens.peek().line();
        List<Expression> parts = new ArrayList<>(List.of(product()));
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return parts.size() == 1 ? parts.get(0) : new Expression.Concatenation(parts, line);
    }

    private Expression product() {
        Expression left = power();
        while (isOperator("*", "/", "//", "%")) {
            Token operator = tokens.next();
            left = arithmetic(operator, left, power());
        }
        return left;
    }

    private Expression power() {
        Expression left = unary(true);
        while (isOperator("**")) {
            Token operator = tokens.next();
            left = arithmetic(operator, left, unary(true));
        }
        return left;
    }

    private boolean isOperator(String... operators) {
        return tokens.peek().is(Kind.OPERATOR) && List.of(operators).contains(tokens.peek().text());
    }

    private static Expression arithmetic(Token operator, Expression left, Expression right) {
        return new Expression.Arithmetic(operator.text(), left, right, operator.line());
    }

    private Expression unary(boolean filtered) {
        Expression value;
        if (isOperator("-", "+")) {
            Token sign = tokens.next();
            value = new Expression.Signed(unary(false), sign.text().equals("-"), sign.line());
        } else {
            value = primary();
        }
        value = postfix(value);
        return filtered ? filters(value) : value;
    }

    private Expression primary() {
        Token token = tokens.next();
        return switch (token.kind()) {
            case NAME -> named(token);
            case STRING -> {
                StringBuilder text = new StringBuilder(token.text());
                while (tokens.peek().is(Kind.STRING)) {
                    text.append(tokens.next().text());
                }
                yield new Expression.Literal(text.toString());
            }
            case INTEGER -> new Expression.Literal(integer(token));
            case FLOAT -> new Expression.Literal(Double.valueOf(token.text().replace("_", "")));
            case OPERATOR -> bracketed(token);
            default -> throw unexpected(token);
        };
    }

    private static JinjaException unexpected(Token token) {
        return new JinjaException("unexpected " + token.describe(), token.line());
    }

    private static Expression named(Token token) {
        return switch (token.text()) {
            case "true", "True" -> new Expression.Literal(true);
            case "false", "False" -> new Expression.Literal(false);
            case "none", "None" -> NONE;
            default -> new Expression.Name(token.text(), token.line());
        };
    }

    private static long integer(Token token) {
        String digits = token.text().replace("_", "");
        int radix =
                switch (digits.length() < 2 ? ' ' : Character.toLowerCase(digits.charAt(1))) {
                    case 'x' -> 16;
                    case 'o' -> 8;
                    case 'b' -> 2;
                    default -> 10;
                };
        try {
            return new BigInteger(radix == 10 ? digits : digits.substring(2), radix)
                    .longValueExact();
        } catch (ArithmeticException e) {
            throw new JinjaException(token.text() + " is too large", token.line());
        }
    }

    private Expression bracketed(Token open) {
        switch (open.text()) {
            case "(" -> {
                if (tokens.skipOperator(")")) {
                    return new Expression.TupleOf(List.of());
                }
                Expression inside = tuple(true);
                tokens.expectOperator(")");
                return inside;
            }
            case "[" -> {
                List<Expression> items = new ArrayList<>();
                while (!tokens.skipOperator("]")) {
                    items.add(expression());
                    separator("]");
                }
                return new Expression.ListOf(items);
            }
            case "{" -> {
                return dict();
            }
            default -> throw unexpected(open);
        }
    }

    private Expression dict() {
        List<Expression> keys = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.skipOperator("}")) {
            keys.add(expression());
            tokens.expectOperator(":");
            values.add(expression());
            separator("}");
        }
        return new Expression.DictOf(keys, values);
    }

    private void separator(String close) {
        if (!tokens.peek().isOperator(close)) {
            tokens.expectOperator(",");
        }
    }

    private Expression postfix(Expression start) {
        Expression value = start;
        while (true) {
            Token token = tokens.peek();
            if (tokens.skipOperator(".")) {
                value = member(value);
            } else if (tokens.skipOperator("[")) {
                value = subscript(value, token.line());
            } else if (token.isOperator("(")) {
                value = new Expression.Call(value, passed(), token.line());
            } else {
                return value;
            }
        }
    }

    private Expression member(Expression value) {
        Token name = tokens.next();
        if (name.is(Kind.INTEGER)) {
            return new Expression.Item(value, new Expression.Literal(integer(name)), name.line());
        } else if (name.is(Kind.NAME)) {
            return new Expression.Attribute(value, name.text(), name.line());
        }
        throw unexpected(name);
    }

    private Expression subscript(Expression value, int line) {
        Expression start = tokens.peek().isOperator(":") ? NONE : tuple(true);
        if (tokens.skipOperator("]")) {
            return new Expression.Item(value, start, line);
        }
        tokens.expectOperator(":");
        Expression stop = bound();
        Expression step = tokens.skipOperator(":") ? bound() : NONE;
        tokens.expectOperator("]");
        return new Expression.Slice(value, start, stop, step, line);
    }

    private Expression bound() {
        return tokens.peek().isOperator(":") || tokens.peek().isOperator("]") ? NONE : expression();
    }

    private Passed passed() {
        tokens.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        while (!tokens.skipOperator(")")) {
            if (isOperator("*", "**")) {
                throw new JinjaException(
                        "unpacked arguments are not supported", tokens.peek().line());
            } else if (tokens.peek().is(Kind.NAME) && tokens.peekNext().isOperator("=")) {
                String name = tokens.next().text();
                tokens.next();
                named.put(name, expression());
            } else if (named.isEmpty()) {
                positional.add(expression());
            } else {
                throw tokens.unexpected("expected a named argument");
            }
            separator(")");
        }
        return new Passed(positional, named);
    }

    /** The filters, tests and calls behind a value. */
    Expression filters(Expression start) {
        Expression value = start;
        while (true) {
            Token token = tokens.peek();
            if (tokens.skipOperator("|")) {
                String name = tokens.expect(Kind.NAME).text();
                Passed passed = tokens.peek().isOperator("(") ? passed() : Passed.NOTHING;
                value = new Expression.Filtered(value, name, passed, token.line());
            } else if (tokens.skipName("is")) {
                value = test(value, token.line());
            } else if (token.isOperator("(")) {
                value = new Expression.Call(value, passed(), token.line());
            } else {
                return value;
            }
        }
    }

    private Expression test(Expression value, int line) {
        boolean negated = tokens.skipName("not");
        String name = tokens.expect(Kind.NAME).text();
        Passed passed = Passed.NOTHING;
        if (tokens.peek().isOperator("(")) {
            passed = passed();
        } else if (startsArgument()) {
            passed = new Passed(List.of(postfix(primary())), Map.of());
        }
        Expression test = new Expression.Tested(value, name, passed, line);
        return negated ? new Expression.Not(test) : test;
    }

    /** {@code x is divisibleby 3}: an argument without parentheses. */
    private boolean startsArgument() {
        Token token = tokens.peek();
        if (token.isName("is")) {
            throw new JinjaException("tests cannot be chained with 'is'", token.line());
        }
        return switch (token.kind()) {
            case STRING, INTEGER, FLOAT -> true;
            case NAME -> !Set.of("else", "or", "and").contains(token.text());
            case OPERATOR -> token.isOperator("[") || token.isOperator("{");
            default -> false;
        };
    }
}
