package io.flinkllava.runtime.constraint;

import org.apache.lucene.util.automaton.ByteRunAutomaton;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The tokens of which answers are made, sorted by their bytes so that an automaton walks along what
 * neighbours share only once. Immutable.
 */
final class Vocabulary {

    /** A token and the bytes that it adds to an answer. */
    record Token(int id, byte[] bytes) {}

    /** Takes the tokens that an automaton can go along from a state. */
    interface Visitor {
        void visit(int token, int target);
    }

    private static final byte[] NOTHING = {};

    private final Sorted first;
    private final Sorted later;
    private final byte[][] bytesAtStart;
    private final byte[][] bytesLater;
    private final Set<String> spellings = new HashSet<>();
    private final int longest;

    /**
     * Sorts tokens.
     *
     * @param first as they are spelled at the start of an answer
     * @param later as they are spelled behind other tokens
     */
    Vocabulary(List<Token> first, List<Token> later) {
        this.first = Sorted.of(first);
        this.later = Sorted.of(later.stream().filter(token -> token.bytes().length > 0).toList());
        this.bytesAtStart = byId(first);
        this.bytesLater = byId(later);
        int most = 0;
        for (Token token : this.later.tokens()) {
            spellings.add(spelling(token.bytes(), token.bytes().length));
            most = Math.max(most, token.bytes().length);
        }
        this.longest = most;
    }

    private static byte[][] byId(List<Token> tokens) {
        int size = tokens.stream().mapToInt(Token::id).max().orElse(-1) + 1;
        byte[][] bytes = new byte[size][];
        tokens.forEach(token -> bytes[token.id()] = token.bytes());
        return bytes;
    }

    private static String spelling(byte[] bytes, int length) {
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }

    /** One more than the highest id. */
    int size() {
        return bytesLater.length;
    }

    /** What a token adds at the start of an answer or behind others; nothing if it is no text. */
    byte[] bytes(int token, boolean atStart) {
        byte[][] bytes = atStart ? bytesAtStart : bytesLater;
        return token < bytes.length && bytes[token] != null ? bytes[token] : NOTHING;
    }

    /** Whether one token adds exactly these bytes. */
    boolean contains(byte[] bytes, int length) {
        return spellings.contains(spelling(bytes, length));
    }

    /** Bytes of the longest token. */
    int longest() {
        return longest;
    }

    /** Visits each token that leads from a state to another. */
    void walk(ByteRunAutomaton automaton, int state, boolean atStart, Visitor visitor) {
        Sorted sorted = atStart ? first : later;
        int[] states = new int[Math.max(longest, 1) + 1];
        states[0] = state;
        // How many bytes of the last token were walked; one more was a dead end, or its end.
        int walked = 0;
        int shared = 0;
        for (int i = 0; i < sorted.tokens().length; i++) {
            shared = Math.min(shared, sorted.shared()[i]);
            if (shared > walked) {
                continue;
            }
            byte[] bytes = sorted.tokens()[i].bytes();
            walked = shared;
            while (walked < bytes.length) {
                int next = automaton.step(states[walked], bytes[walked] & 0xff);
                if (next < 0) {
                    break;
                }
                states[++walked] = next;
            }
            shared = Integer.MAX_VALUE;
            if (walked == bytes.length) {
                visitor.visit(sorted.tokens()[i].id(), states[walked]);
            }
        }
    }

    /**
     * Tokens in the order of their bytes.
     *
     * @param shared how many bytes each begins with that the one before has too; hence the least of
     *     a stretch is what its ends share
     */
    private record Sorted(Token[] tokens, int[] shared) {

        static Sorted of(List<Token> tokens) {
            Token[] sorted = tokens.toArray(Token[]::new);
            Arrays.sort(sorted, (a, b) -> Arrays.compareUnsigned(a.bytes(), b.bytes()));
            int[] shared = new int[sorted.length];
            for (int i = 1; i < sorted.length; i++) {
                byte[] before = sorted[i - 1].bytes();
                int mismatch = Arrays.mismatch(before, sorted[i].bytes());
                shared[i] = mismatch < 0 ? before.length : mismatch;
            }
            return new Sorted(sorted, shared);
        }
    }
}
