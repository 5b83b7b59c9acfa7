package io.flinkllava.runtime.text.jinja;

import io.flinkllava.runtime.text.jinja.Statement.Flow;
import io.flinkllava.runtime.text.jinja.Token.Kind;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Parses the statements of a template. */
final class Parser {

    private static final Expression TRUE = new Expression.Literal(true);
    private static final Set<String> RESERVED =
            Set.of("true", "false", "none", "True", "False", "None", "loop");

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private boolean inLoop;

    private Parser(TokenStream tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
    }

    static Statement parse(String source) {
        Parser parser = new Parser(new TokenStream(Lexer.tokenize(source)));
        List<Statement> body = parser.body();
        if (!parser.tokens.peek().is(Kind.END)) {
            throw parser.tokens.unexpected("unknown statement");
        }
        return new Statement.Sequence(body);
    }

    /** Statements up to a tag that this body does not know, whose name is then the next token. */
    private List<Statement> body(String... ends) {
        List<Statement> body = new ArrayList<>();
        while (true) {
            Token token = tokens.next();
            switch (token.kind()) {
                case DATA -> body.add(new Statement.Data(token.text()));
                case VARIABLE_BEGIN -> {
                    body.add(new Statement.Output(expressions.tuple(true), token.line()));
                    tokens.expect(Kind.VARIABLE_END);
                }
                case BLOCK_BEGIN -> {
                    if (List.of(ends).contains(tokens.peek().text())) {
                        return body;
                    }
                    body.add(statement());
                }
                default -> {
                    if (ends.length > 0) {
                        throw new JinjaException("'" + ends[0] + "' is missing", token.line());
                    }
                    return body;
                }
            }
        }
    }

    private Statement statement() {
        Token tag = tokens.expect(Kind.NAME);
        return switch (tag.text()) {
            case "if" -> conditional();
            case "for" -> loop(tag.line());
            case "set" -> assignment(tag.line());
            case "macro" -> macro();
            case "with" -> with();
            case "generation" -> {
                endTag();
                yield new Statement.Scoped(List.of(), List.of(), enclosed("endgeneration"));
            }
            case "break" -> jump(tag, Flow.BREAK);
            case "continue" -> jump(tag, Flow.CONTINUE);
            default ->
                    throw new JinjaException(
                            "statement '" + tag.text() + "' is unknown, misplaced or not supported",
                            tag.line());
        };
    }

    private void endTag() {
        tokens.expect(Kind.BLOCK_END);
    }

    /** A body that loop control cannot leave. */
    private List<Statement> enclosed(String end) {
        boolean outside = inLoop;
        inLoop = false;
        List<Statement> body = body(end);
        inLoop = outside;
        tokens.expectName(end);
        endTag();
        return body;
    }

    private Statement jump(Token tag, Flow flow) {
        if (!inLoop) {
            throw new JinjaException("'" + tag.text() + "' outside of a loop", tag.line());
        }
        endTag();
        return new Statement.Jump(flow);
    }

    private Statement conditional() {
        Expression condition = expressions.tuple(false);
        endTag();
        List<Statement> body = body("endif", "elif", "else");
        List<Statement> otherwise = List.of();
        if (tokens.skipName("elif")) {
            return new Statement.If(condition, body, List.of(conditional()));
        } else if (tokens.skipName("else")) {
            endTag();
            otherwise = body("endif");
        }
        tokens.expectName("endif");
        endTag();
        return new Statement.If(condition, body, otherwise);
    }

    private Statement loop(int line) {
        Target target = target(false);
        tokens.expectName("in");
        Expression items = expressions.tuple(false);
        Expression condition = tokens.skipName("if") ? expressions.expression() : TRUE;
        if (tokens.peek().isName("recursive")) {
            throw new JinjaException("recursive loops are not supported", line);
        }
        endTag();
        boolean outside = inLoop;
        inLoop = true;
        List<Statement> body = body("endfor", "else");
        inLoop = outside;
        List<Statement> otherwise = List.of();
        if (tokens.skipName("else")) {
            endTag();
            otherwise = body("endfor");
        }
        tokens.expectName("endfor");
        endTag();
        return new Statement.For(target, items, condition, body, otherwise, line);
    }

    private Statement assignment(int line) {
        Target target = target(true);
        if (tokens.skipOperator("=")) {
            Expression value = expressions.tuple(true);
            endTag();
            return new Statement.Assign(target, value, line);
        }
        Expression value = expressions.filters(captured(line));
        endTag();
        return new Statement.Captured(target, enclosed("endset"), value);
    }

    private static Expression captured(int line) {
        return new Expression.Name(Statement.Captured.TEXT, line);
    }

    private Target target(boolean attributes) {
        boolean parenthesized = tokens.skipOperator("(");
        List<Target> targets = new ArrayList<>(List.of(single(attributes)));
        boolean several = false;
        while (tokens.skipOperator(",")) {
            several = true;
            if (tokens.peek().is(Kind.NAME) && !tokens.peek().isName("in")) {
                targets.add(single(attributes));
            }
        }
        if (parenthesized) {
            tokens.expectOperator(")");
        }
        return several ? new Target.Unpacked(targets) : targets.get(0);
    }

    private Target single(boolean attributes) {
        Token name = tokens.expect(Kind.NAME);
        if (RESERVED.contains(name.text())) {
            throw new JinjaException("cannot assign to '" + name.text() + "'", name.line());
        }
        if (attributes && tokens.skipOperator(".")) {
            return new Target.NamespaceAttribute(name.text(), tokens.expect(Kind.NAME).text());
        }
        return new Target.Variable(name.text());
    }

    private Statement with() {
        List<Target> targets = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (!tokens.peek().is(Kind.BLOCK_END)) {
            if (!targets.isEmpty()) {
                tokens.expectOperator(",");
            }
            targets.add(single(false));
            tokens.expectOperator("=");
            values.add(expressions.expression());
        }
        endTag();
        List<Statement> body = body("endwith");
        tokens.expectName("endwith");
        endTag();
        return new Statement.Scoped(targets, values, body);
    }

    private Statement macro() {
        String name = tokens.expect(Kind.NAME).text();
        tokens.expectOperator("(");
        List<String> parameters = new ArrayList<>();
        List<Expression> defaults = new ArrayList<>();
        while (!tokens.skipOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            String parameter = tokens.expect(Kind.NAME).text();
            parameters.add(parameter);
            if (tokens.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else {
                Undefined missing = new Undefined("parameter '" + parameter + "'");
                defaults.add(new Expression.Literal(missing));
            }
        }
        endTag();
        return new Statement.DefineMacro(name, parameters, defaults, enclosed("endmacro"));
    }
}
