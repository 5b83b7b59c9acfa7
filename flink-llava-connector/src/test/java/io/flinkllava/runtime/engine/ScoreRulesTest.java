package io.flinkllava.runtime.engine;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Every rule against its class in Hugging Face transformers. */
class ScoreRulesTest {

    private static final int[] PROMPT = {3, 3, 1, 5};
    private static final float OUT = ScoreRule.OUT;

    private static JsonNode golden;

    @BeforeAll
    static void read() throws IOException {
        golden =
                JsonMapper.builder()
                        .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                        .build()
                        .readTree(Golden.path("processing/sampling.json").toFile());
    }

    @ParameterizedTest
    @CsvSource({
        "rep, 1.3",
        "temp, 0.7",
        "topk, 3",
        "topp, 0.5",
        "topp, 0.9",
        "topp, 0.99",
        "minp, 0.3"
    })
    void changesScoresAsTransformersDoes(String rule, String value) {
        float[] scores = floats(golden.get("scores"));
        float[] changed = changed(scores, rule, Double.parseDouble(value));
        assertThat(changed).containsExactly(floats(golden.get(rule + value)), within(1e-6f));
    }

    private static float[] changed(float[] scores, String name, double value) {
        ScoreWarper warper =
                switch (name) {
                    case "rep" -> {
                        ScoreRules.repetitionPenalty((float) value)
                                .apply(scores, new TokenHistory(PROMPT));
                        yield tokens -> {};
                    }
                    case "temp" -> ScoreRules.temperature((float) value);
                    case "topk" -> ScoreRules.topK((int) value);
                    case "topp" -> ScoreRules.topP(value);
                    case "minp" -> ScoreRules.minP((float) value);
                    default -> throw new IllegalArgumentException(name);
                };
        return Warping.apply(warper, scores);
    }

    @Test
    void keepsWhatIsEqualToTheLastOfTheBest() {
        float[] scores = {1, 1, 1, 0};
        assertThat(Warping.apply(ScoreRules.topK(2), scores))
                .containsExactly(floats(golden.get("topk_ties_k2")));
        float[] equals = {1, 1, 1, 0};
        assertThat(Warping.apply(ScoreRules.topP(0.5), equals))
                .containsExactly(floats(golden.get("topp_ties_0.5")));
    }

    /** The rule as it is told, over scores of both signs with many equals among them. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void keepsTheSmallestSetOfTheBest(long seed) {
        Random random = new Random(seed);
        float[] scores = new float[300];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = random.nextInt(10) == 0 ? OUT : random.nextInt(-20, 20) / 8f;
        }
        double[] probabilities = Warping.probabilities(scores);
        List<Integer> ascending =
                IntStream.range(0, scores.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> scores[i]))
                        .toList();
        float[] expected = scores.clone();
        double gone = 0;
        for (int token : ascending.subList(0, scores.length - 1)) {
            gone += probabilities[token];
            expected[token] = gone <= 1 - 0.8 ? OUT : scores[token];
        }
        float[] warped = Warping.apply(ScoreRules.topP(0.8), scores);
        assertThat(warped).containsExactly(expected);
        assertThat(warped).contains(OUT);
    }

    @Test
    void chainsRulesInTheOrderOfTransformers() {
        float[] scores = floats(golden.get("scores"));
        TokenHistory history = new TokenHistory(PROMPT);
        ScoreRules.repetitionPenalty(1.3f).apply(scores, history);
        Shortlist tokens = new Shortlist();
        tokens.read(scores);
        ScoreRules.temperature(0.7f).apply(tokens);
        ScoreRules.topK(5).apply(tokens);
        ScoreRules.topP(0.9).apply(tokens);
        double[] expected = doubles(golden.get("chain_rep1.3_t0.7_k5_p0.9"));
        double[] probabilities = new double[scores.length];
        for (int i = 0; i < tokens.size(); i++) {
            probabilities[tokens.token(i)] = tokens.probabilities()[i];
        }
        assertThat(probabilities).containsExactly(expected, within(1e-6));
    }

    @Test
    void goesOnUntilMinNewTokens() {
        float[] scores = floats(golden.get("scores"));
        TokenHistory history = new TokenHistory(PROMPT);
        ScoreRule rule = ScoreRules.minNewTokens(2, Set.of(2));
        rule.apply(scores, history);
        assertThat(scores).containsExactly(floats(golden.get("minnew_eos2_prompt4_min2")));
        history.append(4);
        history.append(4);
        float[] later = floats(golden.get("scores"));
        rule.apply(later, history);
        assertThat(later).containsExactly(floats(golden.get("scores")));
    }

    @Test
    void noSequenceOfTokensComesTwice() {
        TokenHistory history = new TokenHistory(new int[] {1, 2, 3, 1});
        history.append(2);
        float[] three = new float[5];
        ScoreRules.noRepeatNgram(3).apply(three, history);
        assertThat(three).containsExactly(0, 0, 0, OUT, 0);
        float[] one = new float[5];
        ScoreRules.noRepeatNgram(1).apply(one, history);
        assertThat(one).containsExactly(0, OUT, OUT, OUT, 0);
        float[] tooLong = new float[5];
        ScoreRules.noRepeatNgram(9).apply(tooLong, history);
        assertThat(tooLong).containsOnly(0);
    }

    @Test
    void badWordsDoNotEnd() {
        TokenHistory history = new TokenHistory(new int[] {7, 1});
        history.append(2);
        float[] scores = new float[5];
        ScoreRules.noBadWords(List.of(List.of(4), List.of(2, 3), List.of(1, 1, 0), List.of(9)))
                .apply(scores, history);
        assertThat(scores).containsExactly(0, 0, 0, OUT, OUT);
    }

    @Test
    void placeholdersOutsideTheVocabularyDoNoHarm() {
        TokenHistory history = new TokenHistory(new int[] {-200, 99, 0});
        float[] scores = {2, 2, 2};
        ScoreRules.repetitionPenalty(2).apply(scores, history);
        ScoreRules.noRepeatNgram(1).apply(scores, history);
        assertThat(scores).containsExactly(OUT, 2, 2);
    }

    private static float[] floats(JsonNode rows) {
        double[] doubles = doubles(rows);
        float[] floats = new float[doubles.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) doubles[i];
        }
        return floats;
    }

    private static double[] doubles(JsonNode rows) {
        JsonNode row = rows.get(0);
        double[] doubles = new double[row.size()];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = row.get(i).asDouble();
        }
        return doubles;
    }
}
