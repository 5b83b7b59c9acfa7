package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.engine.Generation;
import io.flinkllava.runtime.engine.GenerationRequest;

import java.util.List;

/** What the engine is asked for one request, and how its answer is made of what comes back. */
interface AnswerPlan {

    /** At least one; they share prompt and pictures. */
    List<GenerationRequest> requests();

    /** Whether the first request's tokens are the answer as it comes, for who listens to it. */
    boolean tokensAreTheAnswer();

    /**
     * Makes the answer.
     *
     * @param generations one for each request, in their order
     * @param preparingNanos how long the request was prepared
     * @throws LlavaException if they are no answer
     */
    LlavaAnswer.Text answer(List<Generation> generations, long preparingNanos);
}
