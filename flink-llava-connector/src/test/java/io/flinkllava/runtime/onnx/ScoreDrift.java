package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.RequestLimits;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.CheckpointReader;
import io.flinkllava.runtime.engine.Prompt;
import io.flinkllava.runtime.engine.StepExecutor.RowToken;
import io.flinkllava.runtime.image.ImageDecoder;
import io.flinkllava.runtime.image.VisualInput;
import io.flinkllava.runtime.image.VisualProcessor;
import io.flinkllava.testing.Golden;
import io.flinkllava.testing.ImageTokens;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * How far scores move from those of the CPU in float32, over prompts with pictures and the tokens
 * that float32 answers.
 *
 * @param relative the error relative to the scores, both as root mean squares
 * @param largest the largest difference of a score
 */
public record ScoreDrift(double relative, double largest) {

    private static final int PROMPTS = 6;
    private static final int STEPS = 8;
    private static final int LENGTH = 1200;

    /** Measures a golden checkpoint with other options. */
    public static ScoreDrift of(String name, ModelOptions options) throws IOException {
        Checkpoint checkpoint = CheckpointReader.read(Golden.checkpoint(name));
        List<Prompt> prompts = prompts(checkpoint);
        List<List<Integer>> tokens = new ArrayList<>();
        ModelOptions exactly = ModelOptions.DEFAULT.withDevice(Device.CPU);
        List<float[]> exact = scores(checkpoint, exactly, prompts, tokens);
        List<float[]> others = scores(checkpoint, options, prompts, tokens);
        double error = 0;
        double size = 0;
        double largest = 0;
        for (int i = 0; i < exact.size(); i++) {
            for (int j = 0; j < exact.get(i).length; j++) {
                double difference = exact.get(i)[j] - others.get(i)[j];
                error += Math.pow(difference, 2);
                size += Math.pow(exact.get(i)[j], 2);
                largest = Math.max(largest, Math.abs(difference));
            }
        }
        return new ScoreDrift(Math.sqrt(error / size), largest);
    }

    /**
     * The scores of each prompt and of some tokens after it.
     *
     * @param tokens those of each prompt; where there are none yet, the best are taken and noted
     */
    private static List<float[]> scores(
            Checkpoint checkpoint,
            ModelOptions options,
            List<Prompt> prompts,
            List<List<Integer>> tokens) {
        List<float[]> scores = new ArrayList<>();
        boolean free = tokens.isEmpty();
        try (OnnxStepExecutor executor =
                OnnxStepExecutor.open(checkpoint, options.withMaxBatchSize(1), LENGTH)) {
            for (int i = 0; i < prompts.size(); i++) {
                float[] last = new float[checkpoint.config().text().vocabSize()];
                executor.prefill(0, prompts.get(i), true).logits(0).get(last);
                scores.add(last);
                if (free) {
                    tokens.add(new ArrayList<>());
                }
                for (int step = 0; step < STEPS; step++) {
                    if (free) {
                        tokens.get(i).add(best(last));
                    }
                    RowToken next = new RowToken(0, tokens.get(i).get(step));
                    last = last.clone();
                    executor.decode(List.of(next), true).logits(0).get(last);
                    scores.add(last);
                }
            }
        }
        return scores;
    }

    private static int best(float[] scores) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            best = scores[i] > scores[best] ? i : best;
        }
        return best;
    }

    private static List<Prompt> prompts(Checkpoint checkpoint) throws IOException {
        VisualProcessor visuals =
                new VisualProcessor(
                        checkpoint.config(),
                        checkpoint.imageProcessor(),
                        checkpoint.videoProcessor());
        Random random = new Random(1);
        List<Prompt> prompts = new ArrayList<>();
        for (int i = 0; i < PROMPTS; i++) {
            byte[] encoded = Files.readAllBytes(Golden.image("img" + i + ".png"));
            VisualInput picture =
                    visuals.image(new ImageDecoder(RequestLimits.DEFAULT).decode(encoded));
            int[] words = random.ints(12, 3, 340).toArray();
            int[] ids = Arrays.copyOf(words, picture.tokens() + words.length);
            System.arraycopy(words, 0, ids, picture.tokens(), words.length);
            Arrays.fill(ids, 0, picture.tokens(), checkpoint.config().imageTokenId());
            prompts.add(Prompt.of(ids, List.of(picture), ImageTokens.of(checkpoint.config())));
        }
        return prompts;
    }
}
