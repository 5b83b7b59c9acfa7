package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaAnswer.FinishReason;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.Sampling;
import io.flinkllava.runtime.engine.Generation;
import io.flinkllava.runtime.engine.GenerationRequest;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * One of several texts: the model is asked how likely each is as a whole answer, its end included,
 * so that a text may begin another. Those probabilities, made to sum up to 1, decide: the best one,
 * or a draw by temperature and seed.
 *
 * @param request what the texts answer
 * @param texts to choose from
 * @param tokens of each text, none empty
 */
record ChoicePlan(GenerationRequest request, List<String> texts, List<List<Integer>> tokens)
        implements AnswerPlan {

    @Override
    public List<GenerationRequest> requests() {
        return tokens.stream().map(request::scoring).toList();
    }

    @Override
    public Optional<TextPieces> pieces() {
        return Optional.empty();
    }

    @Override
    public LlavaAnswer.Text answer(List<Generation> generations, TimeBefore before) {
        for (int i = 0; i < texts.size(); i++) {
            requireWhole(texts.get(i), request.scoring(tokens.get(i)), generations.get(i));
        }
        double[] scores = generations.stream().mapToDouble(Generation::logProbability).toArray();
        double[] probabilities = softmax(scores, 1);
        List<LlavaAnswer.Candidate> chosen =
                IntStream.range(0, request.parameters().candidates())
                        .map(candidate -> choose(scores, candidate))
                        .mapToObj(
                                i ->
                                        new LlavaAnswer.Candidate(
                                                texts.get(i),
                                                generations.get(i).tokenIds(),
                                                FinishReason.STOP,
                                                logProbability(probabilities[i])))
                        .toList();
        LlavaAnswer.Candidate first = chosen.get(0);
        return new LlavaAnswer.Text(
                first.text(),
                first.tokenIds(),
                request.prompt().length(),
                first.finishReason(),
                first.logProbability(),
                choices(probabilities),
                chosen.subList(1, chosen.size()),
                timing(generations, before));
    }

    /** Its end included: a text without is likelier than the others, and scored as another one. */
    private static void requireWhole(String text, GenerationRequest scored, Generation generation) {
        if (generation.tokenIds().size() < scored.maxNewTokens()) {
            throw LlavaException.input(
                    "The choice '"
                            + text
                            + "' and its end do not fit behind the prompt: shorten it or raise"
                            + " max-sequence-length");
        }
    }

    private int choose(double[] scores, int candidate) {
        Sampling sampling = request.parameters().sampling();
        if (sampling.isGreedy()) {
            return IntStream.range(0, scores.length)
                    .boxed()
                    .max(Comparator.<Integer>comparingDouble(i -> scores[i]).thenComparing(i -> -i))
                    .orElseThrow();
        }
        double[] probabilities = softmax(scores, sampling.temperature());
        double left = new SplittableRandom(sampling.seed() + candidate).nextDouble();
        for (int i = 0; i < probabilities.length; i++) {
            left -= probabilities[i];
            if (left < 0) {
                return i;
            }
        }
        return probabilities.length - 1;
    }

    private static double[] softmax(double[] scores, double temperature) {
        double best = IntStream.range(0, scores.length).mapToDouble(i -> scores[i]).max().orElse(0);
        double[] weights = new double[scores.length];
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            weights[i] = Math.exp((scores[i] - best) / temperature);
            sum += weights[i];
        }
        for (int i = 0; i < scores.length; i++) {
            weights[i] /= sum;
        }
        return weights;
    }

    private double logProbability(double probability) {
        GenerationParameters parameters = request.parameters();
        return parameters.logProbability() ? Math.log(probability) : LlavaAnswer.Text.NOT_ASKED;
    }

    private List<LlavaAnswer.Choice> choices(double[] probabilities) {
        List<LlavaAnswer.Choice> choices = new ArrayList<>();
        for (int i = 0; i < probabilities.length; i++) {
            choices.add(new LlavaAnswer.Choice(texts.get(i), probabilities[i]));
        }
        return choices;
    }

    /** That of the one that took longest. */
    private static LlavaAnswer.Timing timing(List<Generation> generations, TimeBefore before) {
        return generations.stream()
                .map(before::and)
                .max(Comparator.comparingLong(LlavaAnswer.Timing::total))
                .orElseThrow();
    }
}
