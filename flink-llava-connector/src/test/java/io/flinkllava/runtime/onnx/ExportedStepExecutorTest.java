package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.CheckpointReader;
import io.flinkllava.runtime.checkpoint.ExportedGraphs;
import io.flinkllava.runtime.engine.Prompt;
import io.flinkllava.runtime.engine.StepExecutor.RowToken;
import io.flinkllava.runtime.engine.StepScores;
import io.flinkllava.runtime.memory.NativeLedger;
import io.flinkllava.runtime.memory.NativeLedger.Balance;
import io.flinkllava.testing.Golden;
import io.flinkllava.testing.ImageTokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Exported graphs against the answers of torch. */
class ExportedStepExecutorTest {

    static final List<String> MODELS = ExportedGolden.MODELS;

    private static final int ROWS = 8;

    /** What ONNX Runtime and torch differ in, measured: 4e-6 in scores, 1e-4 in features. */
    private static final float SCORES = 1e-4f;

    private static final float FEATURES = 2e-4f;

    /** What padding changes in scores: softmax sums in another order. */
    private static final float PADDING = 1e-5f;

    private static final int STEPS = 10;

    @ParameterizedTest
    @FieldSource("MODELS")
    void saysWhatTorchSays(String model) {
        Checkpoint checkpoint = CheckpointReader.read(ExportedGolden.folder(model));
        try (ExportedStepExecutor executor = open(checkpoint)) {
            for (ExportedGolden golden : ExportedGolden.all(model)) {
                Prompt prompt = golden.prompt(checkpoint);
                assertThat(prompt.visuals().get(0).tokens())
                        .isEqualTo(
                                IntStream.of(golden.tokenIds())
                                        .filter(ImageTokens.of(checkpoint.config()))
                                        .count());
                Sequence sequence = new Sequence(prompt, 0);
                sequence.accept(executor.prefill(0, prompt, true), 0);
                assertClose(sequence.scores.get(0), golden.firstScores(), SCORES);
                while (sequence.tokens.size() < golden.answer().size()) {
                    sequence.accept(executor.decode(List.of(sequence.next()), true), 0);
                }
                assertThat(sequence.tokens).isEqualTo(golden.answer());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llava_next", "llava_onevision"})
    void packsTilesAsTorchDoes(String model) {
        Checkpoint checkpoint = CheckpointReader.read(ExportedGolden.folder(model));
        try (ExportedStepExecutor executor = open(checkpoint)) {
            for (ExportedGolden golden : ExportedGolden.all(model)) {
                Prompt prompt = golden.prompt(checkpoint);
                int first = prompt.start(0);
                int last = first + prompt.visuals().get(0).tokens() - 1;
                FloatBuffer vectors = executor.vectors(prompt);
                int hidden = checkpoint.config().text().hiddenSize();
                assertClose(vector(vectors, first * hidden), golden.firstFeature(), FEATURES);
                assertClose(vector(vectors, last * hidden), golden.lastFeature(), FEATURES);
            }
        }
    }

    /**
     * Prompts with and without pictures join and leave in random order, up to eight at a time, and
     * stand behind padding.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void answersAreEqualWhateverElseIsInTheBatch(long seed) {
        String model = MODELS.get((int) (seed % MODELS.size()));
        Checkpoint checkpoint = CheckpointReader.read(ExportedGolden.folder(model));
        List<ExportedGolden> goldens = ExportedGolden.all(model);
        Random random = new Random(seed);
        List<Prompt> prompts = prompts(checkpoint, goldens, random);
        List<Sequence> alone = alone(checkpoint, prompts);
        List<Sequence> mixed = mixed(checkpoint, prompts, random, RowBatching.TOGETHER);
        for (int i = 0; i < prompts.size(); i++) {
            assertThat(mixed.get(i).tokens).isEqualTo(alone.get(i).tokens);
            if (i % 2 == 0) {
                assertThat(mixed.get(i).tokens)
                        .isEqualTo(goldens.get(i / 2 % goldens.size()).answer().subList(0, STEPS));
            }
            for (int step = 0; step < STEPS; step++) {
                assertThat(mixed.get(i).scores.get(step))
                        .as("prompt %d, step %d", i, step)
                        .containsExactly(alone.get(i).scores.get(step), within(PADDING));
            }
        }
    }

    /** Without {@code position_ids} only rows of equal length meet in one run. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void scoresAreBitEqualWhereOnlyRowsOfEqualLengthMeet(long seed, @TempDir Path folder) {
        Golden.copy("onnx-export/llava", folder);
        GraphEdit.of(folder.resolve("onnx/decoder_model_merged.onnx")).withoutPositionIds().save();
        Checkpoint checkpoint = CheckpointReader.read(folder);
        Random random = new Random(seed);
        List<Prompt> prompts = prompts(checkpoint, ExportedGolden.all("llava"), random);
        List<Sequence> alone = alone(checkpoint, prompts);
        List<Sequence> mixed = mixed(checkpoint, prompts, random, RowBatching.EQUAL_LENGTHS);
        for (int i = 0; i < prompts.size(); i++) {
            for (int step = 0; step < STEPS; step++) {
                assertThat(mixed.get(i).scores.get(step))
                        .as("prompt %d, step %d", i, step)
                        .isEqualTo(alone.get(i).scores.get(step));
            }
        }
    }

    private static List<Prompt> prompts(
            Checkpoint checkpoint, List<ExportedGolden> goldens, Random random) {
        List<Prompt> prompts = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            prompts.add(
                    i % 2 == 0
                            ? goldens.get(i / 2 % goldens.size()).prompt(checkpoint)
                            : words(random));
        }
        return prompts;
    }

    private static List<Sequence> alone(Checkpoint checkpoint, List<Prompt> prompts) {
        List<Sequence> alone = new ArrayList<>();
        try (ExportedStepExecutor executor = open(checkpoint)) {
            for (Prompt prompt : prompts) {
                Sequence sequence = new Sequence(prompt, 0);
                sequence.accept(executor.prefill(0, prompt, true), 0);
                while (sequence.tokens.size() < STEPS) {
                    sequence.accept(executor.decode(List.of(sequence.next()), true), 0);
                }
                alone.add(sequence);
            }
        }
        return alone;
    }

    private static List<Sequence> mixed(
            Checkpoint checkpoint, List<Prompt> prompts, Random random, RowBatching expected) {
        List<Sequence> mixed = new ArrayList<>();
        try (ExportedStepExecutor executor = open(checkpoint)) {
            assertThat(executor.batching()).isEqualTo(expected);
            List<Sequence> running = new ArrayList<>();
            List<Integer> free = new ArrayList<>(IntStream.range(0, ROWS).boxed().toList());
            while (mixed.size() < prompts.size() || !running.isEmpty()) {
                boolean join = !free.isEmpty() && mixed.size() < prompts.size();
                if (join && (running.isEmpty() || random.nextInt(3) > 0)) {
                    int row = free.remove(random.nextInt(free.size()));
                    Sequence sequence = new Sequence(prompts.get(mixed.size()), row);
                    sequence.accept(executor.prefill(row, sequence.prompt, true), 0);
                    mixed.add(sequence);
                    running.add(sequence);
                } else {
                    StepScores scores =
                            executor.decode(running.stream().map(Sequence::next).toList(), true);
                    for (int i = 0; i < running.size(); i++) {
                        running.get(i).accept(scores, i);
                    }
                }
                for (Sequence sequence : List.copyOf(running)) {
                    if (sequence.tokens.size() == STEPS) {
                        running.remove(sequence);
                        free.add(sequence.row);
                    }
                }
            }
        }
        return mixed;
    }

    /**
     * As the engine does when a step fails: row by row, and every row goes on as if nothing was.
     * Either all rows are one run, or those of different lengths are several, of which the last
     * fails.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStepThatFailedInOneRowIsRepeatedForTheOthers(boolean severalRuns, @TempDir Path folder) {
        Golden.copy("onnx-export/llava", folder);
        if (severalRuns) {
            GraphEdit.of(folder.resolve("onnx/decoder_model_merged.onnx"))
                    .withoutPositionIds()
                    .save();
        }
        Checkpoint checkpoint = CheckpointReader.read(folder);
        ExportedGolden golden = ExportedGolden.all("llava").get(0);
        try (ExportedStepExecutor executor = open(checkpoint)) {
            List<Sequence> sequences = new ArrayList<>();
            for (int row = 0; row < 3; row++) {
                Sequence sequence = new Sequence(golden.prompt(checkpoint), row);
                sequence.accept(executor.prefill(row, sequence.prompt, true), 0);
                sequences.add(sequence);
            }
            executor.prefill(3, new Prompt(new int[200]), false);
            RowToken poison = new RowToken(3, 1_000_000);
            while (sequences.get(0).tokens.size() < golden.answer().size()) {
                List<RowToken> inputs = new ArrayList<>();
                sequences.forEach(sequence -> inputs.add(sequence.next()));
                inputs.add(poison);
                assertThatThrownBy(() -> executor.decode(inputs, true))
                        .isInstanceOf(LlavaException.class);
                for (Sequence sequence : sequences) {
                    sequence.accept(executor.decode(List.of(sequence.next()), true), 0);
                }
            }
            for (Sequence sequence : sequences) {
                assertThat(sequence.tokens).isEqualTo(golden.answer());
            }
        }
    }

    @Test
    void whatIsScoredDifferentlyInCompanyIsDecodedAlone(@TempDir Path folder) {
        assertBatching(folder, RowBatching.TOGETHER, graph -> {});
        assertBatching(folder, RowBatching.ALONE, GraphEdit::withOneScaleForAllRows);
        assertBatching(folder, RowBatching.ALONE, graph -> graph.withOneRowTraced(64));
        assertBatching(folder, RowBatching.EQUAL_LENGTHS, GraphEdit::withMaskThatIsIgnored);
        assertBatching(folder, RowBatching.EQUAL_LENGTHS, GraphEdit::withoutPositionIds);
        assertBatching(
                folder,
                RowBatching.ALONE,
                graph -> graph.setInputShape("inputs_embeds", 1, -1, 64));
    }

    private static void assertBatching(
            Path folder, RowBatching expected, Consumer<GraphEdit> change) {
        Golden.copy("onnx-export/llava", folder);
        GraphEdit graph = GraphEdit.of(folder.resolve("onnx/decoder_model_merged.onnx"));
        change.accept(graph);
        graph.save();
        try (ExportedStepExecutor executor = open(CheckpointReader.read(folder))) {
            assertThat(executor.batching()).isEqualTo(expected);
        }
    }

    /** Closing fails if a tensor is left open, so this proves that failing leaks none either. */
    @Test
    void whatFailsLeavesNoTensorOpen() {
        Checkpoint checkpoint = CheckpointReader.read(ExportedGolden.folder("llava"));
        Prompt outside = new Prompt(new int[] {1, 1_000_000});
        try (ExportedStepExecutor executor = open(checkpoint)) {
            assertThatThrownBy(() -> executor.prefill(0, outside, false))
                    .isInstanceOf(LlavaException.class)
                    .hasMessageContaining("embed_tokens.onnx");
            executor.prefill(0, words(new Random(1)), false);
            assertThatThrownBy(() -> executor.decode(List.of(new RowToken(0, 1_000_000)), false))
                    .isInstanceOf(LlavaException.class);
        }
    }

    /** Rows are refused by the memory that is left when the graphs are loaded. */
    @Test
    void whatIsRefusedLeavesNothingOpen() {
        Checkpoint checkpoint = CheckpointReader.read(ExportedGolden.folder("llava"));
        Balance before = NativeLedger.balance();
        assertThatThrownBy(() -> open(checkpoint, 10_000_000))
                .isInstanceOf(LlavaException.class)
                .hasMessageContaining("10000000 sequences");
        assertThat(NativeLedger.balance()).isEqualTo(before);
    }

    /** Flink leaves a TaskManager little of Java's direct memory, and none of it is for us. */
    @Test
    void takesNoDirectMemoryOfJava() {
        Checkpoint checkpoint = CheckpointReader.read(ExportedGolden.folder("llava"));
        ExportedGolden golden = ExportedGolden.all("llava").get(0);
        try (ExportedStepExecutor executor = open(checkpoint)) {
            long before = directMemory();
            executor.prefill(0, golden.prompt(checkpoint), true);
            executor.prefill(1, words(new Random(1)), true);
            executor.decode(List.of(new RowToken(0, 5), new RowToken(1, 5)), true);
            assertThat(directMemory()).isLessThanOrEqualTo(before);
        }
    }

    private static long directMemory() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getTotalCapacity)
                .sum();
    }

    private static Prompt words(Random random) {
        return new Prompt(random.ints(3 + random.nextInt(60), 4, 250).toArray());
    }

    private static ExportedStepExecutor open(Checkpoint checkpoint) {
        return open(checkpoint, ROWS);
    }

    private static ExportedStepExecutor open(Checkpoint checkpoint, int rows) {
        return ExportedStepExecutor.open(
                checkpoint.config(),
                (ExportedGraphs) checkpoint.source(),
                ModelOptions.DEFAULT.withDevice(Device.CPU).withMaxBatchSize(rows),
                512);
    }

    private static float[] vector(FloatBuffer vectors, int from) {
        float[] start = new float[4];
        vectors.get(from, start);
        return start;
    }

    private static void assertClose(float[] actual, List<Float> expected, float tolerance) {
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual[i]).isCloseTo(expected.get(i), within(tolerance));
        }
    }

    /** A sequence with the tokens and scores that it got so far. */
    private static final class Sequence {

        private final Prompt prompt;
        private final int row;
        private final List<float[]> scores = new ArrayList<>();
        private final List<Integer> tokens = new ArrayList<>();

        Sequence(Prompt prompt, int row) {
            this.prompt = prompt;
            this.row = row;
        }

        RowToken next() {
            return new RowToken(row, tokens.get(tokens.size() - 1));
        }

        void accept(StepScores step, int index) {
            tokens.add(step.best(index));
            float[] copy = new float[step.logits(index).remaining()];
            step.logits(index).get(copy);
            scores.add(copy);
        }
    }
}
