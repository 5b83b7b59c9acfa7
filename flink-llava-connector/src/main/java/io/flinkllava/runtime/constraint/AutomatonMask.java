package io.flinkllava.runtime.constraint;

import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.engine.TokenMask;
import org.apache.lucene.util.automaton.ByteRunAutomaton;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Lets in the tokens that an automaton over bytes can go along, and an end where it accepts. What
 * is allowed is found once for each state that an answer comes to; equal sets are kept once.
 *
 * <p>An answer is finished in time: towards the end of its tokens only those are let in behind
 * which it can still be completed ({@link ShortestEndings}). Where the tokens were too few from the
 * start, all are let in, and the answer ends in the middle.
 */
final class AutomatonMask implements TokenMask {

    private static final int INITIAL = 0;

    private final ByteRunAutomaton automaton;
    private final Vocabulary vocabulary;
    private final int[] ends;
    private final ShortestEndings endings;

    /** By state; the last is the initial state where nothing was said yet. */
    private final AtomicReferenceArray<Step> steps;

    private final Map<BitSet, BitSet> sets = new ConcurrentHashMap<>();

    /**
     * What may come next in a state.
     *
     * @param tokens without ends
     * @param longestEnding of all states that the tokens lead to
     */
    private record Step(BitSet tokens, int longestEnding) {}

    /**
     * Makes a mask.
     *
     * @param automaton every state leads to an accepted text
     * @param ends tokens that end an answer, at least one
     */
    AutomatonMask(ByteRunAutomaton automaton, Vocabulary vocabulary, int[] ends) {
        this.automaton = automaton;
        this.vocabulary = vocabulary;
        this.ends = ends.clone();
        this.endings = ShortestEndings.of(automaton, vocabulary);
        this.steps = new AtomicReferenceArray<>(automaton.getSize() + 1);
    }

    @Override
    public Walk start() {
        return new AutomatonWalk();
    }

    private Step step(int state, boolean atStart) {
        int place = atStart ? automaton.getSize() : state;
        Step known = steps.get(place);
        if (known == null) {
            known = find(state, atStart);
            steps.set(place, known);
        }
        return known;
    }

    private Step find(int state, boolean atStart) {
        BitSet tokens = new BitSet(vocabulary.size());
        int[] longest = {0};
        vocabulary.walk(
                automaton,
                state,
                atStart,
                (token, target) -> {
                    tokens.set(token);
                    longest[0] = Math.max(longest[0], endings.after(target));
                });
        BitSet same = sets.putIfAbsent(tokens, tokens);
        return new Step(same == null ? tokens : same, longest[0]);
    }

    private BitSet finishable(int state, boolean atStart, int tokensLeft) {
        BitSet tokens = new BitSet(vocabulary.size());
        vocabulary.walk(
                automaton,
                state,
                atStart,
                (token, target) -> {
                    if (endings.after(target) <= tokensLeft - 1) {
                        tokens.set(token);
                    }
                });
        return tokens;
    }

    /** Where one answer is in the automaton. */
    private final class AutomatonWalk implements Walk {

        private int state = INITIAL;
        private boolean atStart = true;

        @Override
        public void restrict(float[] scores, int tokensLeft) {
            Step step = step(state, atStart);
            boolean complete = automaton.isAccept(state);
            BitSet allowed = step.tokens();
            if (step.longestEnding() > tokensLeft - 1) {
                BitSet inTime = finishable(state, atStart, tokensLeft);
                // Complete already, it ends here if nothing longer ends in time.
                allowed = inTime.isEmpty() && !complete ? allowed : inTime;
            }
            if (allowed.isEmpty() && !complete) {
                throw LlavaException.input(
                        "The model's vocabulary has no token that goes on as the constraint says:"
                                + " allow more");
            }
            float[] kept = new float[ends.length];
            for (int i = 0; i < ends.length; i++) {
                kept[i] = scores[ends[i]];
            }
            exclude(scores, allowed);
            for (int i = 0; complete && i < ends.length; i++) {
                scores[ends[i]] = kept[i];
            }
        }

        private void exclude(float[] scores, BitSet allowed) {
            int from = 0;
            while (from < scores.length) {
                int next = allowed.nextSetBit(from);
                int to = next < 0 ? scores.length : Math.min(next, scores.length);
                Arrays.fill(scores, from, to, Float.NEGATIVE_INFINITY);
                from = to == scores.length ? to : allowed.nextClearBit(to);
            }
        }

        @Override
        public void append(int token) {
            byte[] bytes = vocabulary.bytes(token, atStart);
            for (byte b : bytes) {
                state = automaton.step(state, b & 0xff);
            }
            atStart = false;
        }
    }
}
