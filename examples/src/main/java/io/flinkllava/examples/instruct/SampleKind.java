package io.flinkllava.examples.instruct;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static java.util.Map.Entry.comparingByValue;

/**
 * The three kinds of instruction data, in the proportion of LLaVA-Instruct-158K: 58,000
 * conversations, 23,000 detailed descriptions and 77,000 samples of complex reasoning.
 */
public enum SampleKind {
    CONVERSATION(58),
    DETAIL(23),
    REASONING(77);

    private static final List<SampleKind> ROUND = round();

    private final int share;

    SampleKind(int share) {
        this.share = share;
    }

    /**
     * The kind of the n-th sample. Kinds are spread evenly, and any 158 samples in a row have the
     * proportion exactly.
     *
     * @param number counted from 0
     */
    static SampleKind of(long number) {
        return ROUND.get((int) (number % ROUND.size()));
    }

    /** A smooth weighted round robin: next is the kind that lags most behind its share. */
    private static List<SampleKind> round() {
        Map<SampleKind, Integer> credit = new EnumMap<>(SampleKind.class);
        int sum = Stream.of(values()).mapToInt(kind -> kind.share).sum();
        List<SampleKind> round = new ArrayList<>();
        for (int i = 0; i < sum; i++) {
            for (SampleKind kind : values()) {
                credit.merge(kind, kind.share, Integer::sum);
            }
            SampleKind next = Collections.max(credit.entrySet(), comparingByValue()).getKey();
            credit.merge(next, -sum, Integer::sum);
            round.add(next);
        }
        return List.copyOf(round);
    }
}
