package io.flinkllava.runtime.text.jinja;

import io.flinkllava.runtime.text.jinja.Token.Kind;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits template source into tokens and settles whitespace control: {@code trim_blocks}, {@code
 * lstrip_blocks}, {@code -} and {@code +} marks, and the one trailing newline that is dropped.
 */
final class Lexer {

    private static final Pattern OPENING = Pattern.compile("\\{[{%#]");
    private static final Pattern RAW_BEGIN =
            Pattern.compile(
                    "\\{%[-+]?\\s*raw\\s*(?:-%\\}\\s*|%\\})", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern RAW_END =
            Pattern.compile(
                    "\\{%([-+]?)\\s*endraw\\s*(?:\\+%\\}|-%\\}\\s*|%\\}\\n?)",
                    Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern COMMENT_END =
            Pattern.compile("\\+#\\}|-#\\}\\s*|#\\}\\n?", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern BLOCK_END =
            Pattern.compile("\\+%\\}|-%\\}\\s*|%\\}\\n?", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern VARIABLE_END =
            Pattern.compile("-\\}\\}\\s*|\\}\\}", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern WHITESPACE =
            Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern FLOAT =
            Pattern.compile(
                    "(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?[eE][+-]?(?:\\d+_)*\\d+|\\.(?:\\d+_)*\\d+)");
    private static final Pattern INTEGER =
            Pattern.compile(
                    "0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\\da-fA-F])+|[1-9](?:_?\\d)*|0(?:_?0)*");
    private static final Pattern NAME =
            Pattern.compile("[\\p{L}_][\\p{L}\\p{M}\\p{N}_]*", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern STRING =
            Pattern.compile(
                    "'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"",
                    Pattern.DOTALL);
    private static final Pattern OPERATOR =
            Pattern.compile("//|\\*\\*|==|!=|>=|<=|[-+/*%~\\[\\](){}<>=.:|,;]");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int position;
    private int line = 1;
    private boolean atLineStart = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokenize(String source) {
        String normalized = source.replace("\r\n", "\n").replace('\r', '\n');
        if (normalized.endsWith("\n")) {
            normalized = normalized.substring(0, normalized.length() - 1);
        }
        Lexer lexer = new Lexer(normalized);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        Matcher opening = OPENING.matcher(source);
        while (opening.find(position)) {
            int begin = opening.start();
            char kind = source.charAt(begin + 1);
            char mark = begin + 2 < source.length() ? source.charAt(begin + 2) : ' ';
            data(begin, mark, kind != '{');
            switch (kind) {
                case '{' -> inside(Kind.VARIABLE_BEGIN, Kind.VARIABLE_END, VARIABLE_END);
                case '#' -> comment();
                default -> blockOrRaw();
            }
        }
        data(source.length(), ' ', false);
        add(Kind.END, "");
    }

    /** The text up to a tag, whose mark or kind may take whitespace off its end. */
    private void data(int end, char mark, boolean stripsLine) {
        String text = source.substring(position, end);
        String kept = text;
        if (mark == '-') {
            kept = Text.stripEnd(text);
        } else if (mark != '+' && stripsLine) {
            int lineStart = text.lastIndexOf('\n') + 1;
            if ((lineStart > 0 || atLineStart) && Text.strip(text.substring(lineStart)).isEmpty()) {
                kept = text.substring(0, lineStart);
            }
        }
        if (!kept.isEmpty()) {
            add(Kind.DATA, kept);
        }
        advance(end);
    }

    private void comment() {
        Matcher end = COMMENT_END.matcher(source);
        if (!end.find(contentStart())) {
            throw error("a comment is never closed");
        }
        advance(end.end());
    }

    private void blockOrRaw() {
        Matcher raw = RAW_BEGIN.matcher(source).region(position, source.length());
        if (!raw.lookingAt()) {
            inside(Kind.BLOCK_BEGIN, Kind.BLOCK_END, BLOCK_END);
            return;
        }
        Matcher end = RAW_END.matcher(source);
        if (!end.find(raw.end())) {
            throw error("'raw' is never closed with 'endraw'");
        }
        advance(raw.end());
        data(end.start(), end.group(1).isEmpty() ? ' ' : end.group(1).charAt(0), true);
        advance(end.end());
    }

    private void inside(Kind begin, Kind end, Pattern closing) {
        add(begin, source.substring(position, position + 2));
        advance(contentStart());
        Deque<Character> open = new ArrayDeque<>();
        while (true) {
            if (position == source.length()) {
                throw error("a tag is never closed");
            }
            Matcher close = closing.matcher(source).region(position, source.length());
            if (open.isEmpty() && close.lookingAt()) {
                add(end, close.group());
                advance(close.end());
                return;
            }
            element(open);
        }
    }

    /** Behind the two characters that open a tag and its whitespace mark. */
    private int contentStart() {
        int start = position + 2;
        boolean marked = source.startsWith("-", start) || source.startsWith("+", start);
        return marked ? start + 1 : start;
    }

    private void element(Deque<Character> open) {
        String text;
        if (match(WHITESPACE) != null) {
            return;
        } else if ((text = match(FLOAT)) != null) {
            add(Kind.FLOAT, text);
        } else if ((text = match(INTEGER)) != null) {
            add(Kind.INTEGER, text);
        } else if ((text = match(NAME)) != null) {
            add(Kind.NAME, text);
        } else if ((text = match(STRING)) != null) {
            add(Kind.STRING, StringLiteral.unescape(text.substring(1, text.length() - 1), line));
        } else if ((text = match(OPERATOR)) != null) {
            balance(open, text);
            add(Kind.OPERATOR, text);
        } else {
            throw error("unexpected character '" + source.charAt(position) + "'");
        }
    }

    private String match(Pattern pattern) {
        Matcher matcher = pattern.matcher(source).region(position, source.length());
        if (!matcher.lookingAt()) {
            return null;
        }
        advance(matcher.end());
        return matcher.group();
    }

    private void balance(Deque<Character> open, String operator) {
        char bracket = operator.charAt(0);
        switch (bracket) {
            case '(' -> open.push(')');
            case '[' -> open.push(']');
            case '{' -> open.push('}');
            case ')', ']', '}' -> {
                if (open.isEmpty() || open.pop() != bracket) {
                    throw error("unexpected '" + bracket + "'");
                }
            }
            default -> {}
        }
    }

    private void add(Kind kind, String text) {
        tokens.add(new Token(kind, text, line));
    }

    private void advance(int end) {
        if (end == position) {
            return;
        }
        for (int i = position; i < end; i++) {
            if (source.charAt(i) == '\n') {
                line++;
            }
        }
        position = end;
        atLineStart = source.charAt(end - 1) == '\n';
    }

    private JinjaException error(String problem) {
        return new JinjaException(problem, line);
    }
}
