package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.CacheOptions;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.RequestLimits;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.CheckpointReader;
import io.flinkllava.runtime.engine.Prompt;
import io.flinkllava.runtime.engine.StepExecutor.RowToken;
import io.flinkllava.runtime.engine.StepScores;
import io.flinkllava.runtime.image.ImageDecoder;
import io.flinkllava.runtime.image.VisualInput;
import io.flinkllava.runtime.image.VisualProcessor;
import io.flinkllava.testing.Golden;
import io.flinkllava.testing.ImageTokens;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/** Scores are the same bits however a prompt came into its row. */
class PrefixExactnessTest {

    private static final int ROWS = 4;
    private static final int LENGTH = 700;
    private static final int STEPS = 3;
    private static final int LEAST = 2;

    private Checkpoint checkpoint;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llava15",
                "llava15_gqa",
                "llava15_mistral",
                "llava15_qwen2",
                "llava15_llama3",
                "llava15_linear",
                "next_mistral",
                "next_video",
                "onevision"
            })
    void inPartsBehindAWarmPrefixOrCopied(String name) throws IOException {
        checkpoint = CheckpointReader.read(Golden.checkpoint(name));
        Random random = new Random(name.hashCode());
        ModelOptions options =
                ModelOptions.DEFAULT
                        .withDevice(Device.CPU)
                        .withMaxBatchSize(ROWS)
                        .withCaches(CacheOptions.NONE);
        try (OnnxStepExecutor executor = OnnxStepExecutor.open(checkpoint, options, LENGTH)) {
            for (int i = 0; i < 8; i++) {
                Prompt prompt = prompt(random);
                int length = prompt.length();
                List<float[]> cold = new ArrayList<>();
                decode(executor, 0, executor.prefill(0, prompt, true), cold);

                List<float[]> inParts = new ArrayList<>();
                decode(executor, 1, prefillFrom(executor, 1, prompt, 0, random), inParts);
                assertSame(inParts, cold, "in parts");

                // Row 0 holds the prompt and an answer: go on from any position of the prompt.
                int from = random.nextInt(length - LEAST + 1);
                List<float[]> warm = new ArrayList<>();
                decode(executor, 0, prefillFrom(executor, 0, prompt, from, random), warm);
                assertSame(warm, cold, "warm up to " + from);

                int copied = random.nextInt(length - LEAST + 1);
                executor.copyPrefix(0, 3, copied);
                List<float[]> copy = new ArrayList<>();
                decode(executor, 3, prefillFrom(executor, 3, prompt, copied, random), copy);
                assertSame(copy, cold, "copied up to " + copied);
            }
        }
    }

    /** Says what differs without printing a vocabulary. */
    private static void assertSame(List<float[]> actual, List<float[]> expected, String how) {
        for (int i = 0; i < expected.size(); i++) {
            int difference = Arrays.mismatch(actual.get(i), expected.get(i));
            assertThat(difference)
                    .as("%s: first score that differs at token %d", how, i)
                    .isEqualTo(-1);
        }
    }

    /** Prefills in parts of random sizes, each of at least two tokens. */
    private static StepScores prefillFrom(
            OnnxStepExecutor executor, int row, Prompt prompt, int from, Random random) {
        int length = prompt.length();
        StepScores scores = null;
        for (int start = from; start < length; ) {
            int most = length - start;
            int size = Math.min(most, LEAST + random.nextInt(random.nextBoolean() ? 4 : most));
            size = most - size == 1 ? most : size;
            scores = executor.prefill(row, prompt, start, start + size, true);
            start += size;
            // Others decode in between, over a view that this row idles in.
            if (start < length && row != 0) {
                executor.decode(List.of(new RowToken(0, 7), new RowToken(ROWS - 1, 7)), false);
            }
        }
        return scores;
    }

    private static void decode(
            OnnxStepExecutor executor, int row, StepScores first, List<float[]> scores) {
        int token = keep(first, scores);
        for (int i = 0; i < STEPS; i++) {
            token = keep(executor.decode(List.of(new RowToken(row, token)), true), scores);
        }
    }

    private static int keep(StepScores step, List<float[]> scores) {
        float[] copy = new float[step.logits(0).remaining()];
        step.logits(0).get(copy);
        scores.add(copy);
        return step.best(0);
    }

    /** Words, one or two pictures, and words again. */
    private Prompt prompt(Random random) throws IOException {
        List<Integer> ids = new ArrayList<>();
        List<VisualInput> pictures = new ArrayList<>();
        words(random, ids);
        for (int i = 0; i <= random.nextInt(2); i++) {
            VisualInput picture = picture(random.nextInt(9));
            pictures.add(picture);
            for (int token = 0; token < picture.tokens(); token++) {
                ids.add(checkpoint.config().imageTokenId());
            }
            words(random, ids);
        }
        return Prompt.of(
                ids.stream().mapToInt(Integer::intValue).toArray(),
                pictures,
                ImageTokens.of(checkpoint.config()));
    }

    private static void words(Random random, List<Integer> ids) {
        random.ints(2 + random.nextInt(30), 3, 250).forEach(ids::add);
    }

    private VisualInput picture(int number) throws IOException {
        byte[] encoded = Files.readAllBytes(Golden.image("img" + number + ".png"));
        return new VisualProcessor(
                        checkpoint.config(),
                        checkpoint.imageProcessor(),
                        checkpoint.videoProcessor())
                .image(new ImageDecoder(RequestLimits.DEFAULT).decode(encoded));
    }
}
