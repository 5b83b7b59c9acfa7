package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class OnnxStepExecutorTest {

    private static final int ROWS = 5;
    private static final int LENGTH = 320;

    private Checkpoint checkpoint = CheckpointReader.read(Golden.checkpoint("llava15"));

    /**
     * Prefills and decodes in random order, with rows that join, leave and idle in between; also
     * with windows shorter than a prompt and with padded heads.
     */
    @ParameterizedTest
    @CsvSource({
        "llava15, 1",
        "llava15, 2",
        "llava15, 3",
        "llava15_mistral, 1",
        "llava15_mistral, 2",
        "llava15_qwen2, 1",
        "llava15_llama3, 1",
        "llava15_linear, 1",
        "next_mistral, 1",
        "onevision_max2, 1"
    })
    void scoresAreBitEqualWhateverElseIsInTheBatch(String name, long seed) throws IOException {
        checkpoint = CheckpointReader.read(Golden.checkpoint(name));
        Random random = new Random(seed);
        List<Prompt> prompts = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            prompts.add(prompt(random, i % 3 == 0));
        }
        int steps = 6;
        List<List<float[]>> alone = new ArrayList<>();
        try (OnnxStepExecutor executor = open()) {
            for (Prompt prompt : prompts) {
                Run run = new Run(prompt, 0);
                run.accept(executor.prefill(0, prompt, true), 0);
                while (run.scores.size() < steps) {
                    run.accept(executor.decode(List.of(run.next()), true), 0);
                }
                alone.add(run.scores);
            }
        }
        try (OnnxStepExecutor executor = open()) {
            List<Run> all = new ArrayList<>();
            List<Run> running = new ArrayList<>();
            List<Integer> free = new ArrayList<>(List.of(0, 1, 2, 3, 4));
            while (all.size() < prompts.size() || !running.isEmpty()) {
                boolean join = !free.isEmpty() && all.size() < prompts.size();
                if (join && (running.isEmpty() || random.nextBoolean())) {
                    int row = free.remove(random.nextInt(free.size()));
                    Run run = new Run(prompts.get(all.size()), row);
                    run.accept(executor.prefill(row, run.prompt, true), 0);
                    all.add(run);
                    running.add(run);
                } else {
                    StepScores scores =
                            executor.decode(running.stream().map(Run::next).toList(), true);
                    for (int i = 0; i < running.size(); i++) {
                        running.get(i).accept(scores, i);
                    }
                }
                for (Run run : List.copyOf(running)) {
                    if (run.scores.size() == steps) {
                        running.remove(run);
                        free.add(run.row);
                    }
                }
            }
            for (int i = 0; i < prompts.size(); i++) {
                for (int step = 0; step < steps; step++) {
                    assertThat(all.get(i).scores.get(step))
                            .as("prompt %d, step %d", i, step)
                            .isEqualTo(alone.get(i).get(step));
                }
            }
        }
    }

    /** A prompt longer than one run of the graph, against the same tokens one by one. */
    @Test
    void longPromptsArePrefilledInPartsWithoutATrace() {
        int[] ids = new Random(11).ints(1100, 3, 500).toArray();
        int[] start = Arrays.copyOf(ids, 1000);
        float[] whole = new float[checkpoint.config().text().vocabSize()];
        float[] oneByOne = new float[whole.length];
        try (OnnxStepExecutor executor =
                OnnxStepExecutor.open(checkpoint, Device.CPU, 0, 2, 1200)) {
            executor.prefill(1, new Prompt(ids, List.of()), true).logits(0).get(whole);
            executor.prefill(0, new Prompt(start, List.of()), false);
            for (int i = start.length; i < ids.length; i++) {
                StepScores scores = executor.decode(List.of(new RowToken(0, ids[i])), true);
                scores.logits(0).get(oneByOne);
            }
        }
        // Attention over one token and over many runs other kernels, hence not the same bits.
        assertThat(whole).containsExactly(oneByOne, within(1e-4f));
    }

    @Test
    void theBestTokenIsTheLowestOfTheHighestScores() throws IOException {
        try (OnnxStepExecutor executor = open()) {
            StepScores scores = executor.prefill(2, prompt(new Random(7), true), true);
            float[] logits = new float[checkpoint.config().text().vocabSize()];
            scores.logits(0).get(logits);
            int best = 0;
            for (int i = 1; i < logits.length; i++) {
                best = logits[i] > logits[best] ? i : best;
            }
            assertThat(scores.best(0)).isEqualTo(best);
        }
    }

    @Test
    void onlyTokensAndLengthsGoInAndOneTokenComesOut() throws IOException {
        try (OnnxStepExecutor executor = open()) {
            int token = executor.prefill(0, prompt(new Random(3), true), false).best(0);
            long in = executor.transfers().toDevice();
            long out = executor.transfers().fromDevice();
            executor.decode(List.of(new RowToken(0, token)), false);
            assertThat(executor.transfers().toDevice() - in).isEqualTo(Long.BYTES);
            assertThat(executor.transfers().fromDevice() - out).isEqualTo(Long.BYTES);
        }
    }

    @Test
    void refusesARowThatWouldOverflow() throws IOException {
        int[] ids = new int[LENGTH];
        Arrays.fill(ids, 5);
        try (OnnxStepExecutor executor = open()) {
            int token = executor.prefill(0, new Prompt(ids, List.of()), false).best(0);
            assertThatThrownBy(() -> executor.decode(List.of(new RowToken(0, token)), false))
                    .hasMessageContaining("Row 0");
        }
    }

    @Test
    void refusesPicturesThatThePromptHasNoTokensFor() throws IOException {
        Prompt right = prompt(new Random(5), true);
        int[] ids = right.tokenIds().clone();
        Arrays.setAll(ids, i -> ids[i] == checkpoint.config().imageTokenId() ? 5 : ids[i]);
        try (OnnxStepExecutor executor = open()) {
            assertThatThrownBy(() -> executor.prefill(0, new Prompt(ids, right.visuals()), false))
                    .isInstanceOf(LlavaException.class)
                    .hasMessageContaining("0 image tokens for 9 image features");
        }
    }

    @Test
    void aGpuThatIsNotThereIsAClearError() {
        assertThatThrownBy(() -> OnnxStepExecutor.open(checkpoint, Device.gpu(3), 0, ROWS, LENGTH))
                .isInstanceOfSatisfying(
                        LlavaException.class,
                        e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.MODEL))
                .hasMessageContaining("gpu:3")
                .hasMessageContaining("onnxruntime_gpu");
    }

    @Test
    void aCacheThatCannotBeIsRefusedWithItsSize() {
        assertThatThrownBy(
                        () -> OnnxStepExecutor.open(checkpoint, Device.CPU, 0, 1_000_000_000, 2000))
                .isInstanceOfSatisfying(
                        LlavaException.class,
                        e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.MODEL))
                .hasMessageContaining("1000000000 rows of 2001 positions")
                .hasMessageContaining("max-batch-size");
    }

    private OnnxStepExecutor open() {
        return OnnxStepExecutor.open(checkpoint, Device.CPU, 0, ROWS, LENGTH);
    }

    private Prompt prompt(Random random, boolean withPicture) throws IOException {
        int[] words = random.ints(5 + random.nextInt(40), 3, 340).toArray();
        if (!withPicture) {
            return new Prompt(words, List.of());
        }
        byte[] encoded = Files.readAllBytes(Golden.image("img" + random.nextInt(9) + ".png"));
        VisualInput picture =
                new VisualProcessor(
                                checkpoint.config(),
                                checkpoint.imageProcessor(),
                                checkpoint.videoProcessor())
                        .image(new ImageDecoder(RequestLimits.DEFAULT).decode(encoded));
        int features = picture.tokens();
        int[] ids = new int[words.length + features];
        Arrays.fill(ids, 0, features, checkpoint.config().imageTokenId());
        System.arraycopy(words, 0, ids, features, words.length);
        return new Prompt(ids, List.of(picture));
    }

    /** A sequence and the scores that it got so far. */
    private static final class Run {

        private final Prompt prompt;
        private final int row;
        private final List<float[]> scores = new ArrayList<>();
        private int token;

        Run(Prompt prompt, int row) {
            this.prompt = prompt;
            this.row = row;
        }

        RowToken next() {
            return new RowToken(row, token);
        }

        void accept(StepScores step, int index) {
            token = step.best(index);
            float[] copy = new float[step.logits(index).remaining()];
            step.logits(index).get(copy);
            scores.add(copy);
        }
    }
}
