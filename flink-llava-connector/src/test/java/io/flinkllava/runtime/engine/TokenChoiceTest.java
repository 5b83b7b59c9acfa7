package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.Sampling;
import io.flinkllava.runtime.TokenRules;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class TokenChoiceTest {

    private static final float[] SCORES = {0, 1, 2, 3};
    private static final ScoreScratch SCRATCH = new ScoreScratch();

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
        assertThat(choice.choose(scores(0, 2, 2, 3), 0, history, 5, SCRATCH)).isEqualTo(1);
    }

    /** Drawn from one history each, frequencies come close to the probabilities. */
    @Test
    void drawsByProbability() {
        int[] counts = new int[4];
        int draws = 20_000;
        for (int seed = 0; seed < draws; seed++) {
            TokenChoice choice = choice(Sampling.temperature(1, seed), TokenRules.NONE);
            counts[choice.choose(scores(SCORES), 0, new TokenHistory(new int[] {0}), 5, SCRATCH)]++;
        }
        double[] expected = Warping.probabilities(SCORES);
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
            int token = choice.choose(scores(SCORES), 0, history, 5, SCRATCH);
            counts[token]++;
            history.append(token);
        }
        double[] expected = Warping.probabilities(SCORES);
        for (int token = 0; token < 4; token++) {
            double deviation = Math.sqrt(expected[token] * (1 - expected[token]) / 5000);
            assertThat(counts[token] / 5000.0).isCloseTo(expected[token], within(4 * deviation));
        }
    }

    @Test
    void repeatsADrawAtTheSamePlace() {
        TokenChoice choice = choice(Sampling.temperature(2, 7), TokenRules.NONE);
        TokenHistory history = new TokenHistory(new int[] {0});
        int first = choice.choose(scores(SCORES), 0, history, 5, SCRATCH);
        for (int i = 0; i < 10; i++) {
            assertThat(choice.choose(scores(SCORES), 0, history, 5, SCRATCH)).isEqualTo(first);
        }
    }

    @Test
    void neverDrawsWhatIsRuledOut() {
        for (int seed = 0; seed < 500; seed++) {
            TokenChoice choice = choice(Sampling.temperature(5, seed).withTopK(2), TokenRules.NONE);
            assertThat(
                            choice.choose(
                                    scores(SCORES), 0, new TokenHistory(new int[] {0}), 5, SCRATCH))
                    .isGreaterThanOrEqualTo(2);
        }
    }

    /** Before temperature and top-k: how likely the model found it, not the draw. */
    @Test
    void addsUpLogProbabilitiesOfWhatWasAllowed() {
        for (Sampling sampling : List.of(Sampling.GREEDY, Sampling.temperature(3, 1).withTopK(1))) {
            TokenChoice choice =
                    new TokenChoice(
                            request(sampling, TokenRules.NONE.withNoRepeatNgram(1), true)
                                    .withMask(without(2)));
            TokenHistory history = new TokenHistory(new int[] {3});
            double expected = 0;
            for (int left : new int[] {1, 0}) {
                int token = choice.choose(scores(SCORES), 0, history, 5, SCRATCH);
                assertThat(choice.choose(scores(SCORES), 0, history, 5, SCRATCH)).isEqualTo(token);
                assertThat(token).isEqualTo(left);
                expected += left == 1 ? 1 - Math.log(Math.exp(0) + Math.exp(1)) : 0;
                history.append(token);
                choice.append(token);
            }
            assertThat(choice.logProbability()).isCloseTo(expected, within(1e-9));
        }
    }

    @Test
    void theMaskStandsAboveRulesThatLeaveNothing() {
        TokenChoice choice =
                new TokenChoice(
                        request(Sampling.GREEDY, TokenRules.NONE.withNoRepeatNgram(1), false)
                                .withMask(without(0, 1, 2)));
        assertThat(choice.choose(scores(SCORES), 0, new TokenHistory(new int[] {3}), 5, SCRATCH))
                .isEqualTo(3);
        assertThat(choice.logProbability()).isNaN();
    }

    @Test
    void scoresForcedTokensAndAnyEnd() {
        TokenChoice choice =
                new TokenChoice(
                        new GenerationRequest(
                                        new Prompt(new int[] {0}),
                                        5,
                                        GenerationParameters.DEFAULT,
                                        List.of(),
                                        Set.of(0, 2),
                                        StopCondition.NEVER)
                                .scoring(List.of(1)));
        TokenHistory history = new TokenHistory(new int[] {0});
        for (int expected : new int[] {1, 2}) {
            int token = choice.choose(scores(SCORES), 0, history, 2, SCRATCH);
            assertThat(token).isEqualTo(expected);
            history.append(token);
            choice.append(token);
        }
        double[] probabilities = Warping.probabilities(SCORES);
        assertThat(choice.logProbability())
                .isCloseTo(
                        Math.log(probabilities[1] * (probabilities[0] + probabilities[2])),
                        within(1e-9));
    }

    /** Whatever is made faster: an answer of a seed stays what it was. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0.8 |   0 |   1 |    0 | 3 | 753 475 129  62  58 900  38 344 337 342 319 622",
                "1.3 |  40 |   1 |    0 | 4 | 490 494 629 119  58 985 261  98 157 244 112 781",
                "0.9 |   0 | 0.9 |    0 | 5 | 941 716 363 185 832 985 313 344  28 959 854  92",
                "1.5 | 100 | 0.8 |    0 | 6 | 681 163 157 505 842 495 331 245  34 342 114  79",
                "1.1 |   0 |   1 | 0.05 | 7 | 729 102 704 556  58 985 313 344 107 342 267  92"
            })
    void drawsStayWhatTheyAre(
            double temperature, int topK, double topP, double minP, long seed, String expected) {
        Sampling sampling = new Sampling(temperature, topK, topP, minP, seed);
        TokenChoice choice = choice(sampling, TokenRules.NONE);
        TokenHistory history = new TokenHistory(new int[] {0});
        Random random = new Random(11);
        for (String token : expected.split(" +", -1)) {
            float[] scores = new float[1000];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = (float) random.nextGaussian() * 3;
            }
            int drawn = choice.choose(scores(scores), 0, history, 5, SCRATCH);
            assertThat(drawn).isEqualTo(Integer.parseInt(token));
            history.append(drawn);
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void refusesScoresThatAreNoNumbers(float broken) {
        for (TokenChoice choice :
                List.of(
                        choice(Sampling.temperature(1, 0), TokenRules.NONE),
                        choice(Sampling.GREEDY, TokenRules.NONE.withNoRepeatNgram(2)),
                        new TokenChoice(request(Sampling.GREEDY, TokenRules.NONE, true)))) {
            assertThatThrownBy(() -> choose(choice, 0, broken, 1))
                    .isInstanceOf(LlavaException.class)
                    .hasMessageContaining("not finite");
        }
    }

    @Test
    void refusesATemperatureThatNoScoreSurvives() {
        assertThatThrownBy(
                        () -> choose(choice(Sampling.temperature(1e-40, 1), TokenRules.NONE), 1, 2))
                .isInstanceOf(LlavaException.class)
                .hasMessageContaining("temperature is too low");
        assertThat(choose(choice(Sampling.temperature(1e-30, 1), TokenRules.NONE), 1, 2)).isOne();
    }

    @Test
    void refusesRulesThatLeaveNothing() {
        TokenHistory all = new TokenHistory(new int[] {0, 1});
        for (Sampling sampling : List.of(Sampling.GREEDY, Sampling.temperature(1, 1))) {
            TokenChoice choice = choice(sampling, TokenRules.NONE.withNoRepeatNgram(1));
            assertThatThrownBy(() -> choice.choose(scores(1, 2), 0, all, 5, SCRATCH))
                    .isInstanceOf(LlavaException.class)
                    .hasMessageContaining("leave no token");
        }
    }

    @Test
    void refusesToScoreWhatTheModelDoesNotKnow() {
        TokenChoice choice =
                new TokenChoice(
                        request(Sampling.GREEDY, TokenRules.NONE, false).scoring(List.of(4)));
        assertThatThrownBy(() -> choose(choice, SCORES))
                .isInstanceOf(LlavaException.class)
                .hasMessageContaining("token 4");
    }

    private static int choose(TokenChoice choice, float... scores) {
        return choice.choose(
                scores(scores), 0, new TokenHistory(new int[] {0}), 5, new ScoreScratch());
    }

    private static TokenMask without(int... tokens) {
        return () ->
                new TokenMask.Walk() {
                    @Override
                    public void restrict(float[] scores, int tokensLeft) {
                        for (int token : tokens) {
                            scores[token] = ScoreRule.OUT;
                        }
                    }

                    @Override
                    public void append(int token) {}
                };
    }

    private static GenerationRequest request(
            Sampling sampling, TokenRules rules, boolean logProbability) {
        return Requests.of(
                new Prompt(new int[] {0}),
                new GenerationParameters(5, 0, sampling, rules).withLogProbability(logProbability),
                Set.of());
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
