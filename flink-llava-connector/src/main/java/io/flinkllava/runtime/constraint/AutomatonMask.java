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
 * <p>Over 152,000 tokens, of one core ({@code MaskBenchmark}): compiling takes 0.1 to 25 ms, on the
 * thread that prepares a request; the first answer that comes to a state 0.2 to 13 ms there, on the
 * engine's; every later one 2 to 10 microseconds.
 *
 * <p>An answer is finished in time: towards the end of its tokens only those are let in behind
 * which it can still be completed ({@link ShortestEndings}). Where the tokens were too few from the
 * start, all are let in, and the answer ends in the middle.
 */
final class AutomatonMask implements TokenMask {

    private static final int INITIAL = 0;
    private static final BitSet NOTHING = new BitSet();

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
     * @param endings how many tokens complete an answer from the states that the tokens lead to:
     *     each number once, the least first
     * @param inTime those of the tokens that lead to no longer ending than one of these, as far as
     *     an answer came to its end here
     */
    private record Step(BitSet tokens, int[] endings, Map<Integer, BitSet> inTime) {

        /** How many of the endings take no more than so many tokens. */
        int within(int most) {
            int place = Arrays.binarySearch(endings, most);
            return place < 0 ? -place - 1 : place + 1;
        }
    }

    /**
     * Makes a mask.
     *
     * @param automaton every state leads to an accepted text
     * @param ends tokens that end an answer, at least one, in ascending order
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
        BitSet targets = new BitSet(automaton.getSize());
        vocabulary.walk(
                automaton,
                state,
                atStart,
                (token, target) -> {
                    tokens.set(token);
                    targets.set(target);
                });
        int[] lengths = targets.stream().map(endings::after).sorted().distinct().toArray();
        return new Step(kept(tokens), lengths, new ConcurrentHashMap<>());
    }

    /** Those behind which an answer can be completed with so many tokens. */
    private BitSet inTime(Step step, int state, boolean atStart, int tokensLeft) {
        int within = step.within(tokensLeft - 1);
        if (within == step.endings().length) {
            return step.tokens();
        }
        return within == 0
                ? NOTHING
                : step.inTime()
                        .computeIfAbsent(
                                step.endings()[within - 1],
                                longest -> finishable(longest, state, atStart));
    }

    private BitSet finishable(int longest, int state, boolean atStart) {
        BitSet tokens = new BitSet(vocabulary.size());
        vocabulary.walk(
                automaton,
                state,
                atStart,
                (token, target) -> {
                    if (endings.after(target) <= longest) {
                        tokens.set(token);
                    }
                });
        return kept(tokens);
    }

    private BitSet kept(BitSet tokens) {
        BitSet same = sets.putIfAbsent(tokens, tokens);
        return same == null ? tokens : same;
    }

    /** Where one answer is in the automaton. */
    private final class AutomatonWalk implements Walk {

        private int state = INITIAL;
        private boolean atStart = true;

        @Override
        public void restrict(float[] scores, int tokensLeft) {
            Step step = step(state, atStart);
            boolean complete = automaton.isAccept(state);
            BitSet inTime = inTime(step, state, atStart, tokensLeft);
            // Complete already, it ends here if nothing longer ends in time.
            BitSet allowed = inTime.isEmpty() && !complete ? step.tokens() : inTime;
            if (allowed.isEmpty() && !complete) {
                throw LlavaException.input(
                        "The model's vocabulary has no token that goes on as the constraint says:"
                                + " allow more");
            }
            float[] kept = new float[ends.length];
            for (int i = 0; i < ends.length && ends[i] < scores.length; i++) {
                kept[i] = scores[ends[i]];
            }
            exclude(scores, allowed);
            for (int i = 0; complete && i < ends.length && ends[i] < scores.length; i++) {
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
