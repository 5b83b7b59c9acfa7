package io.flinkllava.runtime.text.jinja;

/**
 * A piece of template source.
 *
 * @param text for {@code DATA} and {@code STRING} the characters themselves, escapes resolved; else
 *     as written
 */
record Token(Kind kind, String text, int line) {

    enum Kind {
        DATA,
        BLOCK_BEGIN,
        BLOCK_END,
        VARIABLE_BEGIN,
        VARIABLE_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Kind wanted) {
        return kind == wanted;
    }

    boolean isOperator(String operator) {
        return kind == Kind.OPERATOR && text.equals(operator);
    }

    boolean isName(String name) {
        return kind == Kind.NAME && text.equals(name);
    }

    String describe() {
        return switch (kind) {
            case BLOCK_END -> "end of the block";
            case VARIABLE_END -> "end of the expression";
            case END -> "end of the template";
            default -> "'" + text + "'";
        };
    }
}
