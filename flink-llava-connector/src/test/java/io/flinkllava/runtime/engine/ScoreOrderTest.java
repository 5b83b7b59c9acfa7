package io.flinkllava.runtime.engine;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

class ScoreOrderTest {

    private final Random random = new Random(5);
    private final ScoreOrder order = new ScoreOrder();

    @Test
    void splitsSoThatAllBelowComeFirst() {
        for (int run = 0; run < 5000; run++) {
            float[] scores = scores(2 + random.nextInt(40));
            List<Integer> sorted = sorted(scores);
            order.start(scores, scores.length);
            int from = random.nextInt(scores.length - 1);
            int to = from + 2 + random.nextInt(scores.length - from - 1);
            List<Integer> before = tokens(order, from, to);

            int middle = order.split(from, to);

            assertThat(middle).isGreaterThan(from).isLessThan(to);
            assertThat(tokens(order, from, to)).containsExactlyInAnyOrderElementsOf(before);
            int highest =
                    tokens(order, from, middle).stream().mapToInt(sorted::indexOf).max().orElse(0);
            assertThat(tokens(order, middle, to)).allMatch(t -> sorted.indexOf(t) > highest);
        }
    }

    @Test
    void topKAndTopPKeepWhatSortingWouldKeep() {
        for (int run = 0; run < 3000; run++) {
            float[] scores = scores(2 + random.nextInt(60));
            int count = 1 + random.nextInt(scores.length);
            double p = 1 - random.nextDouble();
            assertThat(kept(ScoreRules.topK(count), scores))
                    .isEqualTo(bestBySorting(scores, count));
            assertThat(kept(ScoreRules.topP(p), scores)).isEqualTo(likeliestBySorting(scores, p));
        }
    }

    private static List<Integer> bestBySorting(float[] scores, int count) {
        List<Integer> sorted = sorted(scores);
        float least = scores[sorted.get(sorted.size() - count)];
        return IntStream.range(0, scores.length).filter(t -> scores[t] >= least).boxed().toList();
    }

    private static List<Integer> likeliestBySorting(float[] scores, double p) {
        double[] probabilities = Warping.probabilities(scores);
        List<Integer> sorted = new ArrayList<>(sorted(scores));
        double gone = 0;
        while (sorted.size() > 1) {
            gone += probabilities[sorted.get(0)];
            if (gone > 1 - p) {
                break;
            }
            sorted.remove(0);
        }
        return sorted.stream().sorted().toList();
    }

    private static List<Integer> kept(ScoreWarper warper, float[] scores) {
        float[] ruled = Warping.apply(warper, scores);
        return IntStream.range(0, ruled.length)
                .filter(t -> ruled[t] != ScoreRule.OUT)
                .boxed()
                .toList();
    }

    /** Few different values, so that many are equal; zeros of both signs among them. */
    private float[] scores(int length) {
        float[] scores = new float[length];
        for (int i = 0; i < length; i++) {
            scores[i] = random.nextInt(9) - 4;
            scores[i] = scores[i] == 0 && random.nextBoolean() ? -0f : scores[i];
        }
        return scores;
    }

    private static List<Integer> sorted(float[] scores) {
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(t -> scores[t] + 0f))
                .toList();
    }

    private static List<Integer> tokens(ScoreOrder order, int from, int to) {
        return IntStream.range(from, to).map(order::index).boxed().toList();
    }
}
