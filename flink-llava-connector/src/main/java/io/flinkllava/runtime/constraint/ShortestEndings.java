package io.flinkllava.runtime.constraint;

import org.apache.lucene.util.automaton.ByteRunAutomaton;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * How many tokens complete a text from each state of an automaton, the end of the answer included.
 * Upper bounds: the fewest bytes are taken, in the longest tokens that they are made of.
 */
final class ShortestEndings {

    /** Where tokens cannot spell the fewest bytes: never known to end in time. */
    private static final int UNKNOWN = Integer.MAX_VALUE / 2;

    private final int[] tokens;

    private ShortestEndings(int[] tokens) {
        this.tokens = tokens;
    }

    /** Tokens from a state to the end, at least 1. */
    int after(int state) {
        return tokens[state];
    }

    static ShortestEndings of(ByteRunAutomaton automaton, Vocabulary vocabulary) {
        int size = automaton.getSize();
        int[] next = new int[size];
        byte[] bytes = new byte[size];
        int[] tokens = new int[size];
        Arrays.fill(tokens, UNKNOWN);
        for (int state : byDistance(automaton, next, bytes)) {
            if (automaton.isAccept(state)) {
                tokens[state] = 1;
                continue;
            }
            byte[] spelled = new byte[vocabulary.longest()];
            int reached = state;
            for (int length = 1; length <= spelled.length; length++) {
                spelled[length - 1] = bytes[reached];
                reached = next[reached];
                if (vocabulary.contains(spelled, length)) {
                    tokens[state] = Math.min(tokens[state], 1 + tokens[reached]);
                }
                if (automaton.isAccept(reached)) {
                    break;
                }
            }
        }
        return new ShortestEndings(tokens);
    }

    /** States, the nearest to an accepted text first; notes the byte and state that lead there. */
    private static List<Integer> byDistance(ByteRunAutomaton automaton, int[] next, byte[] bytes) {
        int size = automaton.getSize();
        List<List<int[]>> sources = new ArrayList<>();
        for (int state = 0; state < size; state++) {
            sources.add(new ArrayList<>());
        }
        for (int state = 0; state < size; state++) {
            int last = -1;
            for (int b = 0; b < 256; b++) {
                int target = automaton.step(state, b);
                if (target >= 0 && target != last) {
                    sources.get(target).add(new int[] {state, b});
                }
                last = target;
            }
        }
        boolean[] seen = new boolean[size];
        List<Integer> order = new ArrayList<>(size);
        Deque<Integer> queue = new ArrayDeque<>();
        for (int state = 0; state < size; state++) {
            if (automaton.isAccept(state)) {
                seen[state] = true;
                queue.add(state);
            }
        }
        while (!queue.isEmpty()) {
            int target = queue.remove();
            order.add(target);
            for (int[] source : sources.get(target)) {
                if (!seen[source[0]]) {
                    seen[source[0]] = true;
                    next[source[0]] = target;
                    bytes[source[0]] = (byte) source[1];
                    queue.add(source[0]);
                }
            }
        }
        return order;
    }
}
