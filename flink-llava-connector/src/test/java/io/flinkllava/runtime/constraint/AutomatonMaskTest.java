package io.flinkllava.runtime.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flinkllava.runtime.AnswerConstraint;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.engine.TokenMask;
import io.flinkllava.runtime.text.LlavaTokenizer;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Masks over the vocabularies of the golden checkpoints, with scores that mean nothing. */
class AutomatonMaskTest {

    private static final int VOCABULARY = 640;
    private static final int EOS = 2;

    private static final String SCHEMA =
            """
            {"type": "object", "required": ["name", "count", "tags"], "properties": {
              "name": {"type": "string", "minLength": 1, "maxLength": 8},
              "count": {"type": "integer"},
              "size": {"type": ["number", "null"]},
              "free": {"type": "string"},
              "code": {"type": "string", "pattern": "^[A-Z]{2}-\\\\d+$"},
              "kind": {"enum": ["cat", "d\\"og", 3, true, null]},
              "open": {"type": "boolean"},
              "tags": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 3}
            }}""";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llava15",
                "llava15_mistral",
                "llava15_qwen2",
                "interleave",
                "next_video",
                "onevision_max2",
                "llava_v1_mlp"
            })
    void randomScoresGiveWhatTheConstraintSays(String checkpoint) throws IOException {
        Path file = Golden.checkpoint(checkpoint).resolve("tokenizer.json");
        ConstraintCompiler compiler = new ConstraintCompiler(file, Set.of(EOS));
        try (LlavaTokenizer tokenizer = LlavaTokenizer.open(file)) {
            for (String regex :
                    List.of(
                            "yes|no",
                            " ?[a-z]+(, [a-z]+)*",
                            "\\d{4}-\\d{2}-\\d{2}",
                            "[\u4e2d\u00e9\ud83d\ude00]{3}",
                            "(?:.|\\n)*",
                            "  two leading spaces")) {
                TokenMask mask = compiler.mask(new AnswerConstraint.Pattern(regex));
                for (int seed = 0; seed < 30; seed++) {
                    String text = tokenizer.decode(answer(mask, seed, 40).orElseThrow());
                    assertThat(text)
                            .as("%s by seed %d", regex, seed)
                            .matches(Pattern.compile(regex, Pattern.UNIX_LINES));
                }
            }
            TokenMask mask = compiler.mask(new AnswerConstraint.Json(SCHEMA));
            for (int seed = 0; seed < 60; seed++) {
                checkInstance(tokenizer.decode(answer(mask, seed, 220).orElseThrow()));
            }
        }
    }

    private static void checkInstance(String text) throws IOException {
        JsonNode json = new ObjectMapper().readTree(text);
        String name = json.get("name").textValue();
        assertThat(name.codePointCount(0, name.length())).isBetween(1, 8);
        assertThat(json.get("count").isIntegralNumber()).isTrue();
        assertThat(json.get("tags").size()).isBetween(2, 3);
        json.get("tags").forEach(tag -> assertThat(tag.isTextual()).isTrue());
        if (json.has("size")) {
            assertThat(json.get("size").isNumber() || json.get("size").isNull()).isTrue();
        }
        if (json.has("code")) {
            assertThat(json.get("code").textValue()).matches("[A-Z]{2}-\\d+");
        }
        if (json.has("kind")) {
            assertThat(json.get("kind").asText()).isIn("cat", "d\"og", "3", "true", "null");
        }
    }

    /**
     * The tokens of an answer drawn by random scores, without its end; empty if it was not finished
     * in time.
     */
    private static Optional<List<Integer>> answer(TokenMask mask, long seed, int most) {
        TokenMask.Walk walk = mask.start();
        Random random = new Random(seed);
        List<Integer> tokens = new ArrayList<>();
        while (tokens.size() < most) {
            float[] scores = new float[VOCABULARY];
            for (int i = 0; i < VOCABULARY; i++) {
                scores[i] = (float) random.nextGaussian();
            }
            walk.restrict(scores, most - tokens.size());
            int best = 0;
            for (int i = 1; i < VOCABULARY; i++) {
                best = scores[i] > scores[best] ? i : best;
            }
            assertThat(scores[best]).isGreaterThan(Float.NEGATIVE_INFINITY);
            if (best == EOS) {
                return Optional.of(tokens);
            }
            tokens.add(best);
            walk.append(best);
        }
        return Optional.empty();
    }

    @Test
    void endsInTheMiddleWhereTokensAreTooFew() {
        TokenMask mask = compiler().mask(new AnswerConstraint.Pattern("[0-9]{30}"));
        assertThat(answer(mask, 1, 5)).isEmpty();
    }

    /** The walk through a large vocabulary is made once, however often an answer comes by. */
    @Test
    void allowsTowardsTheEndWhatItAllowedThereBefore() {
        TokenMask mask = compiler().mask(new AnswerConstraint.Pattern("[a-z]{0,30}\\."));
        for (int run = 0; run < 2; run++) {
            for (int left = 40; left > 0; left--) {
                float[] scores = new float[VOCABULARY];
                mask.start().restrict(scores, left);
                float[] fresh = new float[VOCABULARY];
                compiler()
                        .mask(new AnswerConstraint.Pattern("[a-z]{0,30}\\."))
                        .start()
                        .restrict(fresh, left);
                assertThat(scores).as("%d tokens left", left).containsExactly(fresh);
            }
        }
    }

    /** Behind a word a learnt answer begins with a blank, which decoding drops. */
    @ParameterizedTest
    @ValueSource(strings = {"llava15", "llava15_mistral", "llava_v1_mlp"})
    void anAnswerMayBeginWithTheBlankThatSentencePiecePutsThere(String checkpoint) {
        Path file = Golden.checkpoint(checkpoint).resolve("tokenizer.json");
        try (LlavaTokenizer tokenizer = LlavaTokenizer.open(file)) {
            List<Integer> word = ids(tokenizer, "a");
            List<Integer> both = ids(tokenizer, "a yes");
            assertThat(both.subList(0, word.size())).isEqualTo(word);
            TokenMask.Walk walk =
                    new ConstraintCompiler(file, Set.of(EOS))
                            .mask(new AnswerConstraint.Pattern("yes|no"))
                            .start();
            List<Integer> answer = both.subList(word.size(), both.size());
            for (int token : answer) {
                assertThat(allowed(walk, token)).isTrue();
                walk.append(token);
            }
            assertThat(allowed(walk, EOS)).isTrue();
            assertThat(tokenizer.decode(answer)).isEqualTo("yes");
        }
    }

    private static List<Integer> ids(LlavaTokenizer tokenizer, String text) {
        return Arrays.stream(tokenizer.encode(text, false)).boxed().toList();
    }

    private static boolean allowed(TokenMask.Walk walk, int token) {
        float[] scores = new float[VOCABULARY];
        walk.restrict(scores, 10);
        return scores[token] == 0;
    }

    /** A vocabulary may be larger than what the model scores. */
    @Test
    void anEndThatIsNotScoredIsPassedOver() {
        TokenMask mask =
                new ConstraintCompiler(
                                Golden.checkpoint("llava15").resolve("tokenizer.json"),
                                Set.of(EOS, 1_000_000))
                        .mask(new AnswerConstraint.Pattern("a?"));
        assertThat(allowed(mask.start(), EOS)).isTrue();
    }

    @Test
    void compilesOnceAlsoForManyAtOnce() throws Exception {
        ConstraintCompiler compiler = compiler();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            Set<TokenMask> masks = Collections.newSetFromMap(new IdentityHashMap<>());
            Callable<TokenMask> compile = () -> compiler.mask(new AnswerConstraint.Pattern("a+"));
            for (Future<TokenMask> mask : threads.invokeAll(Collections.nCopies(64, compile))) {
                masks.add(mask.get());
            }
            assertThat(masks).hasSize(1);
            Callable<TokenMask> wrong = () -> compiler.mask(new AnswerConstraint.Pattern("(a"));
            for (Future<TokenMask> mask : threads.invokeAll(Collections.nCopies(64, wrong))) {
                assertThatExceptionOfType(ExecutionException.class)
                        .isThrownBy(mask::get)
                        .withCauseInstanceOf(LlavaException.class);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void compilesOnce() {
        ConstraintCompiler compiler = compiler();
        TokenMask first = compiler.mask(new AnswerConstraint.Pattern("a+"));
        assertThat(compiler.mask(new AnswerConstraint.Pattern("a+"))).isSameAs(first);
        for (int i = 0; i < 20; i++) {
            compiler.mask(new AnswerConstraint.Pattern("b{" + (i + 1) + "}"));
        }
        assertThat(compiler.mask(new AnswerConstraint.Pattern("a+"))).isNotSameAs(first);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "[1]; \"type\": \"object\"",
                "{\"type\":; not JSON",
                "{\"type\": \"object\", \"anyOf\": [], \"properties\": {}}; /anyOf",
                "{\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"object\"}}};"
                        + " /properties/a/type",
                "{\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"integer\","
                        + " \"minimum\": 1}}}; /properties/a/minimum",
                "{\"type\": \"object\", \"properties\": {}, \"required\": [\"b\"]}; 'b'"
            })
    void namesWhatItDoesNotUnderstandOfASchema(String schema, String what) {
        assertThatExceptionOfType(LlavaException.class)
                .isThrownBy(() -> compiler().mask(new AnswerConstraint.Json(schema)))
                .withMessageContaining(what);
    }

    private static ConstraintCompiler compiler() {
        return new ConstraintCompiler(
                Golden.checkpoint("llava15").resolve("tokenizer.json"), Set.of(EOS));
    }
}
