package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.CacheOptions;
import io.flinkllava.runtime.ComputeOptions;
import io.flinkllava.runtime.ComputeOptions.Quantization;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.EngineCounters.VisionCounters;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.RequestLimits;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.CheckpointReader;
import io.flinkllava.runtime.checkpoint.WeightTensor;
import io.flinkllava.runtime.checkpoint.Weights;
import io.flinkllava.runtime.engine.Prompt;
import io.flinkllava.runtime.engine.StepExecutor.RowToken;
import io.flinkllava.runtime.engine.StepExecutor.Transfers;
import io.flinkllava.runtime.engine.StepScores;
import io.flinkllava.runtime.image.ImageDecoder;
import io.flinkllava.runtime.image.VisualInput;
import io.flinkllava.runtime.image.VisualProcessor;
import io.flinkllava.runtime.memory.NativeLedger;
import io.flinkllava.runtime.memory.NativeLedger.Kind;
import io.flinkllava.testing.Golden;
import io.flinkllava.testing.ImageTokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class OnnxStepExecutorTest {

    private static final int ROWS = 5;
    private static final int LENGTH = 320;
    private static final ModelOptions OPTIONS =
            ModelOptions.DEFAULT.withDevice(Device.CPU).withMaxBatchSize(ROWS);

    private ModelOptions options = OPTIONS;
    private Checkpoint checkpoint = CheckpointReader.read(Golden.checkpoint("llava15"));

    /**
     * Prefills and decodes in random order, with rows that join, leave and idle in between; also
     * with windows shorter than a prompt and with padded heads.
     */
    @ParameterizedTest
    @CsvSource({
        "llava15, 1, NONE",
        "llava15, 2, NONE",
        "llava15, 3, NONE",
        "llava15_mistral, 1, NONE",
        "llava15_mistral, 2, NONE",
        "llava15_qwen2, 1, NONE",
        "llava15_llama3, 1, NONE",
        "llava15_linear, 1, NONE",
        "next_mistral, 1, NONE",
        "onevision_max2, 1, NONE",
        "llava15, 1, ROWWISE_8BIT",
        "llava15_gqa, 2, ROWWISE_8BIT",
        "next_mistral, 3, ROWWISE_8BIT",
        "llava15, 1, WEIGHT_8BIT",
        "llava15_gqa, 2, WEIGHT_8BIT",
        "llava15, 1, WEIGHT_4BIT",
        "llava15_gqa, 2, WEIGHT_4BIT",
        "next_mistral, 3, WEIGHT_4BIT"
    })
    void scoresAreBitEqualWhateverElseIsInTheBatch(
            String name, long seed, Quantization quantization) throws IOException {
        options = OPTIONS.withCompute(ComputeOptions.DEFAULT.withQuantization(quantization));
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

    /** Tensors over 2 GiB, as a 72B has them, do not fit into a buffer. */
    @ParameterizedTest
    @ValueSource(strings = {"llava15_gqa", "next_qwen_odd"})
    void weightsThatCannotBeMappedAreReadFromTheirFiles(String name) throws IOException {
        checkpoint = CheckpointReader.read(Golden.checkpoint(name));
        Prompt prompt = prompt(new Random(4), true);
        float[] mapped = scores(prompt);
        checkpoint = checkpoint.withSource(new UnmappableWeights(checkpoint.weights()));
        assertThat(scores(prompt)).isEqualTo(mapped);
    }

    private float[] scores(Prompt prompt) {
        float[] scores = new float[checkpoint.config().text().vocabSize()];
        try (OnnxStepExecutor executor = open()) {
            executor.prefill(0, prompt, true).logits(0).get(scores);
        }
        return scores;
    }

    /** Weights of which none fits into a buffer. */
    private record UnmappableWeights(Weights weights) implements Weights {

        @Override
        public WeightTensor get(String name) {
            return weights.get(name);
        }

        @Override
        public boolean contains(String name) {
            return weights.contains(name);
        }

        @Override
        public boolean canMap(WeightTensor tensor) {
            return false;
        }

        @Override
        public ByteBuffer map(WeightTensor tensor) {
            throw new AssertionError(tensor.name() + " was mapped");
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
                OnnxStepExecutor.open(checkpoint, OPTIONS.withMaxBatchSize(2), 1200)) {
            executor.prefill(1, new Prompt(ids), true).logits(0).get(whole);
            executor.prefill(0, new Prompt(start), false);
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

    /** A row that idles in between counts: it is in the step. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void aTokenForEachRowGoesInAndComesOut(int rows) throws IOException {
        try (OnnxStepExecutor executor = open()) {
            Prompt prompt = prompt(new Random(3), true);
            List<RowToken> inputs = new ArrayList<>();
            for (int row = 0; row < rows; row++) {
                int token = executor.prefill(row, prompt, false).best(0);
                if (row % 2 == 0 || row == rows - 1) {
                    inputs.add(new RowToken(row, token));
                }
            }
            Transfers before = executor.transfers();
            executor.decode(inputs, false);
            Transfers after = executor.transfers();
            // A token, a length and a scored position for each row, and the longest of the lengths.
            assertThat(after.toDevice() - before.toDevice()).isEqualTo(rows * 20L + 4);
            assertThat(after.fromDevice() - before.fromDevice())
                    .isEqualTo((long) rows * Long.BYTES);
        }
    }

    /** What a prompt takes over from another row goes neither in nor out. */
    @Test
    void aCopiedPrefixStaysOnTheDevice() throws IOException {
        try (OnnxStepExecutor executor = open()) {
            Prompt prompt = prompt(new Random(3), true);
            int length = prompt.length();
            executor.prefill(0, prompt, false);
            Transfers before = executor.transfers();
            executor.copyPrefix(0, 3, length - 2);
            executor.prefill(3, prompt, length - 2, length, false);
            Transfers after = executor.transfers();
            assertThat(after.toDevice() - before.toDevice()).isEqualTo(2L * Long.BYTES + 16);
            assertThat(after.fromDevice() - before.fromDevice()).isEqualTo(Long.BYTES);
            assertThatThrownBy(() -> executor.copyPrefix(0, 3, length + 1))
                    .hasMessageContaining("Row 0 holds " + length);
        }
    }

    /** One picture, several, tiles that are packed, and a cache with room for some only. */
    @ParameterizedTest
    @CsvSource({
        "llava15, 1000000",
        "llava15, 6000",
        "interleave, 1000000",
        "next_mistral, 1000000"
    })
    void picturesThatWereSeenScoreTheSameAndSpareTheTower(String name, long bytes)
            throws IOException {
        checkpoint = CheckpointReader.read(Golden.checkpoint(name));
        Random random = new Random(9);
        List<Prompt> prompts = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            List<VisualInput> some = new ArrayList<>();
            for (int picture = 0; picture <= i % 2; picture++) {
                some.add(picture(random.nextInt(3)));
            }
            prompts.add(prompt(random, some));
        }
        List<float[]> seenFirst = scores(prompts, 0, CacheUse.OFF);
        for (CacheUse use : List.of(CacheUse.PARTLY, CacheUse.AGAIN)) {
            List<float[]> cached = scores(prompts, bytes, use);
            for (int i = 0; i < prompts.size(); i++) {
                assertThat(cached.get(i)).as("prompt %d", i).isEqualTo(seenFirst.get(i));
            }
        }
    }

    private enum CacheUse {
        OFF,
        PARTLY,
        AGAIN
    }

    private List<float[]> scores(List<Prompt> prompts, long visionBytes, CacheUse use) {
        List<float[]> all = new ArrayList<>();
        ModelOptions options =
                OPTIONS.withCaches(CacheOptions.DEFAULT.withVisionBytes(visionBytes));
        try (OnnxStepExecutor executor = OnnxStepExecutor.open(checkpoint, options, 2000)) {
            if (use == CacheUse.AGAIN) {
                prompts.forEach(prompt -> executor.prefill(0, prompt, false));
            }
            long pictures = prompts.stream().mapToLong(prompt -> prompt.visuals().size()).sum();
            VisionCounters before = executor.vision();
            long pixels = executor.transfers().toDevice();
            for (Prompt prompt : prompts) {
                float[] scores = new float[checkpoint.config().text().vocabSize()];
                executor.prefill(0, prompt, true).logits(0).get(scores);
                all.add(scores);
            }
            VisionCounters after = executor.vision();
            long hits = after.hits() - before.hits();
            assertThat(hits + after.misses() - before.misses()).isEqualTo(pictures);
            assertThat(after.bytes()).isLessThanOrEqualTo(visionBytes);
            if (use == CacheUse.OFF) {
                assertThat(hits).isZero();
            } else if (use == CacheUse.AGAIN && visionBytes == 1_000_000) {
                assertThat(hits).isEqualTo(pictures);
                long numbers = prompts.stream().mapToLong(OnnxStepExecutorTest::numbers).sum();
                assertThat(executor.transfers().toDevice() - pixels)
                        .as("no pixels")
                        .isBetween(numbers * Long.BYTES, (numbers + 10L * prompts.size()) * 8);
            } else {
                assertThat(hits).isPositive();
            }
        }
        return all;
    }

    /** As float16 does on a GPU where a picture's numbers overflow; some token was said before. */
    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void saysWhereScoresAreNoNumbers(float broken, @TempDir Path folder) throws IOException {
        Golden.copy("checkpoints/llava15", folder);
        checkpoint = CheckpointReader.read(folder);
        WeightTensor head = checkpoint.weights().get("language_model.lm_head.weight");
        ByteBuffer number =
                ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, broken);
        try (FileChannel file = FileChannel.open(head.file(), StandardOpenOption.WRITE)) {
            assertThat(file.write(number, head.offset())).isEqualTo(Float.BYTES);
        }
        try (OnnxStepExecutor executor = open()) {
            StepScores scores = executor.prefill(0, new Prompt(new int[] {5, 6}), false);
            assertThatThrownBy(() -> scores.best(0))
                    .isInstanceOf(LlavaException.class)
                    .hasMessageContaining("not finite");
        }
    }

    /** Ids, and where features go. */
    private static long numbers(Prompt prompt) {
        return prompt.length() + prompt.visuals().stream().mapToLong(VisualInput::tokens).sum();
    }

    /** Views of all neighbourhoods of many rows would be thousands, with tensors of every layer. */
    @Test
    void keepsTheViewsUsedLast() {
        int rows = 16;
        try (OnnxStepExecutor executor =
                OnnxStepExecutor.open(checkpoint, OPTIONS.withMaxBatchSize(rows), LENGTH)) {
            for (int row = 0; row < rows; row++) {
                executor.prefill(row, new Prompt(new int[] {5, 6, 7 + row}), false);
            }
            int first = executor.decode(List.of(new RowToken(0, 9)), false).best(0);
            long bindings = bindings();
            for (int from = 0; from < rows; from++) {
                for (int to = from; to < rows; to++) {
                    executor.decode(
                            IntStream.of(from, to)
                                    .distinct()
                                    .mapToObj(row -> new RowToken(row, 9))
                                    .toList(),
                            false);
                }
            }
            assertThat(bindings()).isLessThan(bindings + DecoderViews.MOST);
            executor.prefill(0, new Prompt(new int[] {5, 6, 7}), false);
            assertThat(executor.decode(List.of(new RowToken(0, 9)), false).best(0))
                    .isEqualTo(first);
        }
    }

    private static long bindings() {
        return NativeLedger.balance().objects().get(Kind.BINDING);
    }

    @Test
    void refusesARowThatWouldOverflow() throws IOException {
        int[] ids = new int[LENGTH];
        Arrays.fill(ids, 5);
        try (OnnxStepExecutor executor = open()) {
            int token = executor.prefill(0, new Prompt(ids), false).best(0);
            assertThatThrownBy(() -> executor.decode(List.of(new RowToken(0, token)), false))
                    .hasMessageContaining("Row 0");
        }
    }

    @Test
    void aGpuThatIsNotThereIsAClearError() {
        assertThatThrownBy(
                        () ->
                                OnnxStepExecutor.open(
                                        checkpoint, OPTIONS.withDevice(Device.gpu(3)), LENGTH))
                .isInstanceOfSatisfying(
                        LlavaException.class,
                        e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.MODEL))
                .hasMessageContaining("gpu:3")
                .hasMessageContaining("onnxruntime_gpu");
    }

    @Test
    void aCacheThatCannotBeIsRefusedWithItsSize() {
        assertThatThrownBy(
                        () ->
                                OnnxStepExecutor.open(
                                        checkpoint, OPTIONS.withMaxBatchSize(1_000_000_000), 2000))
                .isInstanceOfSatisfying(
                        LlavaException.class,
                        e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.MODEL))
                .hasMessageContaining("1000000000 sequences of 2001 positions")
                .hasMessageContaining("max-batch-size");
    }

    private OnnxStepExecutor open() {
        return OnnxStepExecutor.open(checkpoint, options, LENGTH);
    }

    private Prompt prompt(Random random, boolean withPicture) throws IOException {
        int[] words = random.ints(5 + random.nextInt(40), 3, 340).toArray();
        if (!withPicture) {
            return new Prompt(words);
        }
        return prompt(words, List.of(picture(random.nextInt(9))));
    }

    private Prompt prompt(Random random, List<VisualInput> pictures) {
        return prompt(random.ints(5 + random.nextInt(40), 3, 340).toArray(), pictures);
    }

    private Prompt prompt(int[] words, List<VisualInput> pictures) {
        int features = pictures.stream().mapToInt(VisualInput::tokens).sum();
        int[] ids = new int[words.length + features];
        Arrays.fill(ids, 0, features, checkpoint.config().imageTokenId());
        System.arraycopy(words, 0, ids, features, words.length);
        return Prompt.of(ids, pictures, ImageTokens.of(checkpoint.config()));
    }

    private VisualInput picture(int number) throws IOException {
        byte[] encoded = Files.readAllBytes(Golden.image("img" + number + ".png"));
        return new VisualProcessor(
                        checkpoint.config(),
                        checkpoint.imageProcessor(),
                        checkpoint.videoProcessor())
                .image(new ImageDecoder(RequestLimits.DEFAULT).decode(encoded));
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
