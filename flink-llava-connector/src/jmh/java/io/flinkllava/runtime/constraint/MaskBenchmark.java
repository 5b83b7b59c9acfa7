package io.flinkllava.runtime.constraint;

import io.flinkllava.runtime.engine.TokenMask;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * The form of an answer over Qwen2's number of tokens. They are made up: single bytes, and words of
 * up to 12 letters, half of them behind a blank.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class MaskBenchmark {

    private static final int SIZE = 151_936;
    private static final int[] ENDS = {0};
    private static final String SCHEMA =
            "{\"type\": \"object\", \"required\": [\"name\", \"price\"], \"properties\": {"
                    + "\"name\": {\"type\": \"string\", \"maxLength\": 40},"
                    + "\"price\": {\"type\": \"number\"},"
                    + "\"kind\": {\"enum\": [\"food\", \"drink\", \"other\"]},"
                    + "\"tags\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}}}}";

    @Param({"regex", "json"})
    String form;

    private final Vocabulary vocabulary = vocabulary();
    private final float[] scores = new float[SIZE];
    private TokenMask warm;

    private static Vocabulary vocabulary() {
        Random random = new Random(1);
        List<Vocabulary.Token> tokens = new ArrayList<>();
        for (int id = 1; id < SIZE; id++) {
            tokens.add(new Vocabulary.Token(id, id <= 256 ? new byte[] {(byte) id} : word(random)));
        }
        return new Vocabulary(tokens, tokens);
    }

    private static byte[] word(Random random) {
        StringBuilder word = new StringBuilder(random.nextBoolean() ? " " : "");
        int length = 2 + random.nextInt(11);
        for (int i = 0; i < length; i++) {
            word.append((char) ('a' + random.nextInt(26)));
        }
        return word.toString().getBytes(StandardCharsets.UTF_8);
    }

    private TokenMask made() {
        return new AutomatonMask(
                ByteAutomata.overBytes(
                        form.equals("json")
                                ? JsonSchema.texts(SCHEMA)
                                : RegexParser.matching("[A-Za-z ,]{1,200}\\.")),
                vocabulary,
                ENDS);
    }

    @Setup
    public void prepare() {
        warm = made();
        restrict(warm, 100);
    }

    private float restrict(TokenMask mask, int tokensLeft) {
        mask.start().restrict(scores, tokensLeft);
        return scores[1];
    }

    /** Once for each constraint that a job asks for. */
    @Benchmark
    public TokenMask compile() {
        return made();
    }

    /** Once for each state: what was compiled meets the vocabulary. */
    @Benchmark
    public float compileAndFirstStep() {
        return restrict(made(), 100);
    }

    /** Each step of each answer. */
    @Benchmark
    public float step() {
        return restrict(warm, 100);
    }

    /** Where few tokens are left. */
    @Benchmark
    public float stepTowardsTheEnd() {
        return restrict(warm, 7);
    }
}
