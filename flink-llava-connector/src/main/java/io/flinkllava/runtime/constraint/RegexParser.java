package io.flinkllava.runtime.constraint;

import io.flinkllava.runtime.LlavaException;
import org.apache.lucene.util.automaton.Automata;
import org.apache.lucene.util.automaton.Automaton;
import org.apache.lucene.util.automaton.Operations;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads a regular expression as {@code java.util.regex} and Python understand it, as far as it is
 * regular: alternatives, groups, classes, quantifiers, the escapes {@code \d \w \s} (ASCII), {@code
 * \n \r \t \f \xhh \\uhhhh}, and {@code ^} and {@code $} around the whole. A dot is anything but a
 * line feed. Lazy quantifiers are as eager ones, since the whole text must match. Everything else
 * is refused by its name and place.
 *
 * <p>Lucene's own {@code RegExp} is another language: no {@code (?:}, no {@code $}, and {@code @}
 * or {@code #} mean something.
 */
final class RegexParser {

    private static final int MAX_LENGTH = 1 << 14;
    private static final int MAX_DEPTH = 64;
    private static final int MAX_COUNT = 10_000;
    private static final int MANY = -1;

    private final String regex;
    private int position;
    private int depth;
    private boolean startsAnywhere = true;
    private boolean endsAnywhere = true;

    private RegexParser(String regex) {
        this.regex = regex;
    }

    /**
     * The texts that an expression matches as a whole.
     *
     * @throws LlavaException INPUT if it is not understood
     */
    static Automaton matching(String regex) {
        return new RegexParser(regex).whole();
    }

    /** The texts that an expression is found in. */
    static Automaton foundIn(String regex) {
        RegexParser parser = new RegexParser(regex);
        Automaton match = parser.whole();
        Automaton anything = Operations.repeat(ByteAutomata.anyCodePoint());
        Automaton nothing = Automata.makeEmptyString();
        return ByteAutomata.concatenate(
                parser.startsAnywhere ? anything : nothing,
                match,
                parser.endsAnywhere ? anything : nothing);
    }

    private Automaton whole() {
        if (regex.length() > MAX_LENGTH) {
            throw LlavaException.input(
                    "The regular expression has "
                            + regex.length()
                            + " characters, at most "
                            + MAX_LENGTH
                            + " are read");
        }
        startsAnywhere = !take("^");
        Automaton all = alternatives();
        if (position < regex.length()) {
            throw unsupported("')' without '('", position);
        }
        return all;
    }

    private Automaton alternatives() {
        if (++depth > MAX_DEPTH) {
            throw unsupported("groups nested deeper than " + MAX_DEPTH, position);
        }
        List<Automaton> branches = new ArrayList<>();
        do {
            branches.add(sequence());
        } while (take("|"));
        if (branches.size() > 1 && depth == 1 && !(startsAnywhere && endsAnywhere)) {
            // There an anchor belongs to one branch alone.
            throw unsupported("'^' or '$' beside '|' (write a group around the branches)", 0);
        }
        depth--;
        return ByteAutomata.bounded(Operations.union(branches));
    }

    private Automaton sequence() {
        List<Automaton> parts = new ArrayList<>();
        parts.add(Automata.makeEmptyString());
        while (position < regex.length() && "|)".indexOf(regex.charAt(position)) < 0) {
            if (regex.charAt(position) == '$' && depth == 1 && position == regex.length() - 1) {
                position++;
                endsAnywhere = false;
            } else {
                parts.add(quantified());
            }
        }
        return ByteAutomata.bounded(Operations.concatenate(parts));
    }

    private Automaton quantified() {
        Automaton atom = atom();
        while (position < regex.length() && "*+?{".indexOf(regex.charAt(position)) >= 0) {
            int start = position;
            atom =
                    switch (regex.charAt(position++)) {
                        case '*' -> ByteAutomata.repeat(atom, 0, MANY);
                        case '+' -> ByteAutomata.repeat(atom, 1, MANY);
                        case '?' -> ByteAutomata.repeat(atom, 0, 1);
                        default -> counted(atom, start);
                    };
            if (take("+")) {
                throw unsupported("a possessive quantifier", start);
            }
            take("?");
        }
        return atom;
    }

    private Automaton counted(Automaton atom, int start) {
        int least = count(start);
        int most = least;
        if (take(",")) {
            most = regex.startsWith("}", position) ? MANY : count(start);
        }
        if (!take("}") || (most != MANY && most < least)) {
            throw unsupported("a quantifier that is not {n}, {n,} or {n,m}", start);
        }
        return ByteAutomata.repeat(atom, least, most);
    }

    private int count(int start) {
        int value = 0;
        int digits = position;
        while (position < regex.length() && isDigit(regex.charAt(position))) {
            value = value * 10 + regex.charAt(position++) - '0';
            if (value > MAX_COUNT) {
                throw unsupported("a count above " + MAX_COUNT, start);
            }
        }
        if (digits == position) {
            throw unsupported("a quantifier that is not {n}, {n,} or {n,m}", start);
        }
        return value;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private Automaton atom() {
        int start = position;
        int c = next();
        return switch (c) {
            case '(' -> group(start);
            case '[' -> characterClass(start);
            case '.' -> ByteAutomata.noneOf(Automata.makeChar('\n'));
            case '\\' -> escape(start);
            case '^', '$' ->
                    throw unsupported("the anchor '" + (char) c + "' inside the expression", start);
            case '*', '+', '?', '{' ->
                    throw unsupported("the quantifier '" + (char) c + "' after nothing", start);
            default -> Automata.makeChar(c);
        };
    }

    private Automaton group(int start) {
        if (take("?")) {
            boolean named = regex.startsWith("<", position) || regex.startsWith("P<", position);
            if (named && !regex.startsWith("<=", position) && !regex.startsWith("<!", position)) {
                position = regex.indexOf('>', position) + 1;
                if (position == 0) {
                    throw unsupported("a group without the end of its name", start);
                }
            } else if (!take(":")) {
                throw unsupported(
                        "the group '("
                                + regex.substring(start + 1, Math.min(regex.length(), position + 2))
                                + "' (lookaround, flags and conditions are not regular)",
                        start);
            }
        }
        Automaton inside = alternatives();
        if (!take(")")) {
            throw unsupported("'(' without ')'", start);
        }
        return inside;
    }

    private Automaton characterClass(int start) {
        boolean negated = take("^");
        List<Automaton> members = new ArrayList<>();
        while (!regex.startsWith("]", position) || members.isEmpty()) {
            if (position >= regex.length()) {
                throw unsupported("'[' without ']'", start);
            }
            if (regex.startsWith("&&", position) || regex.startsWith("[", position)) {
                throw unsupported("a class inside a class (write \\[ for a bracket)", position);
            }
            members.add(member());
        }
        position++;
        Automaton all = Operations.union(members);
        return negated ? ByteAutomata.noneOf(all) : all;
    }

    private Automaton member() {
        int start = position;
        int first = next();
        if (first == '\\') {
            Automaton set = set(start);
            if (set != null) {
                return set;
            }
            first = escaped(start);
        }
        boolean range = regex.startsWith("-", position) && !regex.startsWith("-]", position);
        if (!range) {
            return Automata.makeChar(first);
        }
        position++;
        int last = next();
        if (last == '\\') {
            last = escaped(position - 1);
        }
        if (last < first) {
            throw unsupported("a range whose end is before its start", start);
        }
        return Automata.makeCharRange(first, last);
    }

    private Automaton escape(int start) {
        Automaton set = set(start);
        return set == null ? Automata.makeChar(escaped(start)) : set;
    }

    /** The set that an escape stands for, or null where it stands for one character. */
    private Automaton set(int start) {
        if (position >= regex.length()) {
            throw unsupported("'\\' at the end", start);
        }
        Automaton digits = Automata.makeCharRange('0', '9');
        Automaton spaces =
                Operations.union(Automata.makeChar(' '), Automata.makeCharRange('\t', '\r'));
        Automaton letters =
                Operations.union(
                        List.of(
                                digits,
                                Automata.makeCharRange('a', 'z'),
                                Automata.makeCharRange('A', 'Z'),
                                Automata.makeChar('_')));
        Automaton set =
                switch (regex.charAt(position)) {
                    case 'd' -> digits;
                    case 'D' -> ByteAutomata.noneOf(digits);
                    case 's' -> spaces;
                    case 'S' -> ByteAutomata.noneOf(spaces);
                    case 'w' -> letters;
                    case 'W' -> ByteAutomata.noneOf(letters);
                    default -> null;
                };
        position += set == null ? 0 : 1;
        return set;
    }

    private int escaped(int start) {
        int c = next();
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'f' -> '\f';
            case 'x' -> hex(2, start);
            case 'u' -> hex(4, start);
            default -> {
                if (c < 128 && Character.isLetterOrDigit(c)) {
                    throw unsupported("the escape '\\" + (char) c + "'", start);
                }
                yield c;
            }
        };
    }

    private int hex(int digits, int start) {
        int end = position + digits;
        try {
            int value = Integer.parseUnsignedInt(regex.substring(position, end), 16);
            position = end;
            if (Character.MIN_SURROGATE <= value && value <= Character.MAX_SURROGATE) {
                throw unsupported("half of a surrogate pair", start);
            }
            return value;
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            throw unsupported("an escape without its " + digits + " hexadecimal digits", start);
        }
    }

    private int next() {
        if (position >= regex.length()) {
            throw unsupported("the end in the middle of an expression", position);
        }
        int c = regex.codePointAt(position);
        if (Character.MIN_SURROGATE <= c && c <= Character.MAX_SURROGATE) {
            throw unsupported("half of a surrogate pair", position);
        }
        position += Character.charCount(c);
        return c;
    }

    private boolean take(String wanted) {
        boolean found = regex.startsWith(wanted, position);
        position += found ? wanted.length() : 0;
        return found;
    }

    private LlavaException unsupported(String what, int at) {
        return LlavaException.input(
                "The regular expression has "
                        + what
                        + " at position "
                        + (at + 1)
                        + ", which is not understood here");
    }
}
