package io.flinkllava.runtime.text.jinja;

import io.flinkllava.runtime.text.jinja.Token.Kind;

import java.util.List;
import java.util.Locale;

/** Tokens with one cursor that both parsers share. */
final class TokenStream {

    private final List<Token> tokens;
    private int position;

    TokenStream(List<Token> tokens) {
        this.tokens = List.copyOf(tokens);
    }

    Token peek() {
        return tokens.get(position);
    }

    Token peekNext() {
        return tokens.get(Math.min(position + 1, tokens.size() - 1));
    }

    /** The current token; the cursor moves on, but never past the end. */
    Token next() {
        Token token = peek();
        if (!token.is(Kind.END)) {
            position++;
        }
        return token;
    }

    boolean skipOperator(String operator) {
        if (!peek().isOperator(operator)) {
            return false;
        }
        position++;
        return true;
    }

    boolean skipName(String name) {
        if (!peek().isName(name)) {
            return false;
        }
        position++;
        return true;
    }

    Token expect(Kind kind) {
        if (!peek().is(kind)) {
            throw unexpected("expected " + kind.name().toLowerCase(Locale.ROOT));
        }
        return next();
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected("expected '" + operator + "'");
        }
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected("expected '" + name + "'");
        }
    }

    JinjaException unexpected(String expectation) {
        return new JinjaException(expectation + ", got " + peek().describe(), peek().line());
    }
}
