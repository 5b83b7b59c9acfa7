package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.engine.Generation;
import io.flinkllava.runtime.engine.GenerationRequest;

import java.util.List;
import java.util.Optional;

/** What the engine is asked for one request, and how its answer is made of what comes back. */
interface AnswerPlan {

    /** At least one; they share prompt and pictures. */
    List<GenerationRequest> requests();

    /**
     * Makes the answer.
     *
     * @param generations one for each request, in their order
     * @param before where the time went until then
     * @throws LlavaException if they are no answer
     */
    LlavaAnswer.Text answer(List<Generation> generations, TimeBefore before);

    /** Tells the first generation as it comes; empty where the answer is known at the end alone. */
    Optional<TextPieces> pieces();
}
