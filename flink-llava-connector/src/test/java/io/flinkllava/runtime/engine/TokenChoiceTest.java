package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.Sampling;
import io.flinkllava.runtime.TokenRules;
import org.junit.jupiter.api.Test;

import java.nio.FloatBuffer;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class TokenChoiceTest {

    private static final float[] SCORES = {0, 1, 2, 3};

    @Test
    void leavesTheScoresOnTheDeviceWhereTheBestIsAskedFor() {
        assertThat(choice(Sampling.GREEDY, TokenRules.NONE).needsScores()).isFalse();
        assertThat(choice(Sampling.temperature(1, 0), TokenRules.NONE).needsScores()).isTrue();
        assertThat(choice(Sampling.GREEDY, TokenRules.NONE.withNoRepeatNgram(2)).needsScores())
                .isTrue();
    }

    @Test
    void takesTheLowestOfTheBestThatTheRulesLeave() {
        TokenChoice choice = choice(Sampling.GREEDY, TokenRules.NONE.withNoRepeatNgram(1));
        TokenHistory history = new TokenHistory(new int[] {3});
        assertThat(choice.choose(scores(0, 2, 2, 3), 0, history)).isEqualTo(1);
    }

    /** Drawn from one history each, frequencies come close to the probabilities. */
    @Test
    void drawsByProbability() {
        int[] counts = new int[4];
        int draws = 20_000;
        for (int seed = 0; seed < draws; seed++) {
            TokenChoice choice = choice(Sampling.temperature(1, seed), TokenRules.NONE);
            counts[choice.choose(scores(SCORES), 0, new TokenHistory(new int[] {0}))]++;
        }
        double[] expected = Softmax.of(SCORES);
        for (int token = 0; token < 4; token++) {
            // Four standard deviations of a fair draw.
            double deviation = Math.sqrt(expected[token] * (1 - expected[token]) / draws);
            assertThat((double) counts[token] / draws)
                    .isCloseTo(expected[token], within(4 * deviation));
        }
    }

    @Test
    void placesOfOneAnswerAreDrawnIndependently() {
        TokenChoice choice = choice(Sampling.temperature(1, 42), TokenRules.NONE);
        TokenHistory history = new TokenHistory(new int[] {0});
        int[] counts = new int[4];
        for (int place = 0; place < 5000; place++) {
            int token = choice.choose(scores(SCORES), 0, history);
            counts[token]++;
            history.append(token);
        }
        double[] expected = Softmax.of(SCORES);
        for (int token = 0; token < 4; token++) {
            double deviation = Math.sqrt(expected[token] * (1 - expected[token]) / 5000);
            assertThat(counts[token] / 5000.0).isCloseTo(expected[token], within(4 * deviation));
        }
    }

    @Test
    void repeatsADrawAtTheSamePlace() {
        TokenChoice choice = choice(Sampling.temperature(2, 7), TokenRules.NONE);
        TokenHistory history = new TokenHistory(new int[] {0});
        int first = choice.choose(scores(SCORES), 0, history);
        for (int i = 0; i < 10; i++) {
            assertThat(choice.choose(scores(SCORES), 0, history)).isEqualTo(first);
        }
    }

    @Test
    void neverDrawsWhatIsRuledOut() {
        for (int seed = 0; seed < 500; seed++) {
            TokenChoice choice = choice(Sampling.temperature(5, seed).withTopK(2), TokenRules.NONE);
            assertThat(choice.choose(scores(SCORES), 0, new TokenHistory(new int[] {0})))
                    .isGreaterThanOrEqualTo(2);
        }
    }

    private static TokenChoice choice(Sampling sampling, TokenRules rules) {
        return new TokenChoice(
                Requests.of(
                        new Prompt(new int[] {0}),
                        new GenerationParameters(5, 0, sampling, rules),
                        Set.of()));
    }

    private static StepScores scores(float... values) {
        return new StepScores() {
            @Override
            public int best(int index) {
                throw new AssertionError("The scores were asked for");
            }

            @Override
            public FloatBuffer logits(int index) {
                return FloatBuffer.wrap(values);
            }
        };
    }
}
