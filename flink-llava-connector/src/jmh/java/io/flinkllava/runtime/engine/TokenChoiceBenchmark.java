package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.Sampling;
import io.flinkllava.runtime.TokenRules;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Choosing one token of one sequence, where all scores have come to the host. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class TokenChoiceBenchmark {

    /** LLaMA's vocabulary and Qwen2's. */
    @Param({"32000", "151936"})
    int vocabulary;

    @Param({"temperature", "top-k", "top-p", "repetition-penalty"})
    String way;

    private final ScoreScratch scratch = new ScoreScratch();
    private TokenChoice choice;
    private TokenHistory history;
    private StepScores scores;

    @Setup
    public void prepare() {
        Random random = new Random(0);
        int[] prompt = random.ints(600, 0, vocabulary).toArray();
        float[] logits = new float[vocabulary];
        for (int i = 0; i < vocabulary; i++) {
            logits[i] = (float) random.nextGaussian() * 3;
        }
        Sampling drawn = Sampling.temperature(0.8, 1);
        Sampling sampling =
                switch (way) {
                    case "top-k" -> drawn.withTopK(50);
                    case "top-p" -> drawn.withTopP(0.9);
                    case "temperature" -> drawn;
                    default -> Sampling.GREEDY;
                };
        TokenRules rules =
                way.equals("repetition-penalty")
                        ? TokenRules.NONE.withRepetitionPenalty(1.1)
                        : TokenRules.NONE;
        choice =
                new TokenChoice(
                        Requests.of(
                                new Prompt(prompt),
                                new GenerationParameters(32, 0, sampling, rules),
                                Set.of(2)));
        history = new TokenHistory(prompt);
        scores =
                new StepScores() {
                    @Override
                    public int best(int index) {
                        throw new AssertionError("All scores are wanted");
                    }

                    @Override
                    public FloatBuffer logits(int index) {
                        return FloatBuffer.wrap(logits);
                    }
                };
    }

    @Benchmark
    public int choose() {
        return choice.choose(scores, 0, history, 5, scratch);
    }
}
