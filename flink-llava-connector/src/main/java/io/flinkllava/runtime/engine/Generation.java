package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.LlavaAnswer.FinishReason;

import java.util.List;

/**
 * The tokens of an answer.
 *
 * @param tokenIds what was generated, the end-of-sequence token included
 * @param logProbability natural logarithm of the probability of all tokens together, each among
 *     what rules and mask left before temperature, top-k, top-p and min-p; NaN unless asked for
 * @param waitingNanos from submission to the first step
 * @param prefillingNanos from there to the first token
 * @param decodingNanos from there to the last token
 */
public record Generation(
        List<Integer> tokenIds,
        FinishReason reason,
        double logProbability,
        long waitingNanos,
        long prefillingNanos,
        long decodingNanos) {

    public Generation {
        tokenIds = List.copyOf(tokenIds);
    }
}
