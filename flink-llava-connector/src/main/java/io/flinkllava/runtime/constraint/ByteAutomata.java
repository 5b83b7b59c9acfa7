package io.flinkllava.runtime.constraint;

import io.flinkllava.runtime.LlavaException;
import org.apache.lucene.util.automaton.Automata;
import org.apache.lucene.util.automaton.Automaton;
import org.apache.lucene.util.automaton.ByteRunAutomaton;
import org.apache.lucene.util.automaton.Operations;
import org.apache.lucene.util.automaton.TooComplexToDeterminizeException;
import org.apache.lucene.util.automaton.UTF32ToUTF8;

import java.util.List;

/**
 * Automata over code points, bounded in size whatever a constraint asks for, and their way to
 * deterministic ones over the bytes of UTF-8.
 */
final class ByteAutomata {

    /** Far more than a useful constraint has, and a few megabytes. */
    static final int MAX_STATES = 20_000;

    private static final int WORK_LIMIT = 200_000;

    private static final Automaton WELL_FORMED = wellFormed();

    private ByteAutomata() {}

    /** Any code point; halves of surrogate pairs are none. */
    static Automaton anyCodePoint() {
        return Operations.union(
                Automata.makeCharRange(0, Character.MIN_SURROGATE - 1),
                Automata.makeCharRange(Character.MAX_SURROGATE + 1, Character.MAX_CODE_POINT));
    }

    /** One code point that is none of a set. */
    static Automaton noneOf(Automaton codePoints) {
        return minus(anyCodePoint(), codePoints);
    }

    static Automaton minus(Automaton all, Automaton some) {
        try {
            return Operations.minus(all, deterministic(some), WORK_LIMIT);
        } catch (TooComplexToDeterminizeException e) {
            throw tooComplex();
        }
    }

    static Automaton concatenate(Automaton... parts) {
        return bounded(Operations.concatenate(List.of(parts)));
    }

    /**
     * Repeats an automaton.
     *
     * @param most {@code -1} for any number of times
     */
    static Automaton repeat(Automaton automaton, int least, int most) {
        long states = (long) (automaton.getNumStates() + 1) * (Math.max(least, most) + 1);
        if (states > MAX_STATES) {
            throw tooComplex();
        }
        return bounded(
                most < 0
                        ? Operations.repeat(automaton, least)
                        : Operations.repeat(automaton, least, most));
    }

    static Automaton bounded(Automaton automaton) {
        if (automaton.getNumStates() > MAX_STATES) {
            throw tooComplex();
        }
        return automaton;
    }

    static Automaton deterministic(Automaton automaton) {
        try {
            return bounded(
                    Operations.removeDeadStates(Operations.determinize(automaton, WORK_LIMIT)));
        } catch (TooComplexToDeterminizeException e) {
            throw tooComplex();
        }
    }

    /** Every state of the result leads to an accepted text. */
    static ByteRunAutomaton overBytes(Automaton codePoints) {
        // The conversion takes some overlong forms in, which no decoder reads.
        Automaton loose = deterministic(new UTF32ToUTF8().convert(deterministic(codePoints)));
        Automaton bytes = Operations.intersection(loose, WELL_FORMED);
        return new ByteRunAutomaton(deterministic(bytes), true, WORK_LIMIT);
    }

    /** Table 3-7 of the Unicode Standard, "Well-Formed UTF-8 Byte Sequences". */
    private static Automaton wellFormed() {
        Automaton next = Automata.makeCharRange(0x80, 0xbf);
        return deterministic(
                Operations.repeat(
                        Operations.union(
                                List.of(
                                        Automata.makeCharRange(0, 0x7f),
                                        bytes(0xc2, 0xdf, next),
                                        bytes(0xe0, 0xe0, Automata.makeCharRange(0xa0, 0xbf), next),
                                        bytes(0xe1, 0xec, next, next),
                                        bytes(0xed, 0xed, Automata.makeCharRange(0x80, 0x9f), next),
                                        bytes(0xee, 0xef, next, next),
                                        bytes(
                                                0xf0,
                                                0xf0,
                                                Automata.makeCharRange(0x90, 0xbf),
                                                next,
                                                next),
                                        bytes(0xf1, 0xf3, next, next, next),
                                        bytes(
                                                0xf4,
                                                0xf4,
                                                Automata.makeCharRange(0x80, 0x8f),
                                                next,
                                                next)))));
    }

    private static Automaton bytes(int from, int to, Automaton... rest) {
        return Operations.concatenate(
                Automata.makeCharRange(from, to), Operations.concatenate(List.of(rest)));
    }

    private static LlavaException tooComplex() {
        return LlavaException.input(
                "The constraint is too complex (more than "
                        + MAX_STATES
                        + " states): use smaller counts, lengths and sets");
    }
}
