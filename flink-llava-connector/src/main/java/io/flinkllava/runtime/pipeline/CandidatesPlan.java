package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.Sampling;
import io.flinkllava.runtime.engine.Generation;
import io.flinkllava.runtime.engine.GenerationRequest;
import io.flinkllava.runtime.text.EndOfTurn;
import io.flinkllava.runtime.text.LlavaTokenizer;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Answers that the model words: one, or several that differ by their seeds.
 *
 * @param characterPart see {@link LlavaTokenizer#characterPart}
 */
record CandidatesPlan(
        GenerationRequest request,
        LlavaTokenizer tokenizer,
        OptionalInt characterPart,
        EndOfTurn endOfTurn)
        implements AnswerPlan {

    @Override
    public List<GenerationRequest> requests() {
        return IntStream.range(0, request.parameters().candidates())
                .mapToObj(this::candidate)
                .toList();
    }

    private GenerationRequest candidate(int index) {
        GenerationParameters parameters = request.parameters();
        Sampling sampling = parameters.sampling();
        return request.withParameters(
                parameters.withSampling(sampling.withSeed(sampling.seed() + index)));
    }

    @Override
    public Optional<TextPieces> pieces() {
        return Optional.of(new TextPieces(tokenizer::decode, endOfTurn, characterPart));
    }

    @Override
    public LlavaAnswer.Text answer(List<Generation> generations, TimeBefore before) {
        Generation first = generations.get(0);
        return new LlavaAnswer.Text(
                text(first),
                first.tokenIds(),
                request.prompt().length(),
                first.reason(),
                first.logProbability(),
                List.of(),
                generations.stream().skip(1).map(this::other).toList(),
                before.and(first));
    }

    private LlavaAnswer.Candidate other(Generation generation) {
        return new LlavaAnswer.Candidate(
                text(generation),
                generation.tokenIds(),
                generation.reason(),
                generation.logProbability());
    }

    private String text(Generation generation) {
        return endOfTurn.cut(tokenizer.decode(generation.tokenIds()));
    }
}
