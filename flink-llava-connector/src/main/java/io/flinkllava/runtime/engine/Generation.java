package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.LlavaAnswer.FinishReason;

import java.util.List;

/**
 * The tokens of an answer.
 *
 * @param tokenIds what was generated, the end-of-sequence token included
 * @param waitingNanos from submission to the first step
 * @param prefillingNanos from there to the first token
 * @param decodingNanos from there to the last token
 */
public record Generation(
        List<Integer> tokenIds,
        FinishReason reason,
        long waitingNanos,
        long prefillingNanos,
        long decodingNanos) {

    public Generation {
        tokenIds = List.copyOf(tokenIds);
    }
}
