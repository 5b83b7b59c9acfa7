package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.CacheOptions;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.RequestLimits;
import io.flinkllava.runtime.TokenRules;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.CheckpointReader;
import io.flinkllava.runtime.engine.Deadline;
import io.flinkllava.runtime.engine.EngineLimits;
import io.flinkllava.runtime.engine.Generation;
import io.flinkllava.runtime.engine.GenerationEngine;
import io.flinkllava.runtime.engine.GenerationRequest;
import io.flinkllava.runtime.engine.Prompt;
import io.flinkllava.runtime.engine.StepExecutor;
import io.flinkllava.runtime.engine.StepExecutor.RowToken;
import io.flinkllava.runtime.engine.StepScores;
import io.flinkllava.runtime.engine.StopCondition;
import io.flinkllava.runtime.engine.TokenObserver;
import io.flinkllava.runtime.image.ImageDecoder;
import io.flinkllava.runtime.image.VisualInput;
import io.flinkllava.runtime.image.VisualProcessor;
import io.flinkllava.testing.Golden;
import io.flinkllava.testing.ImageTokens;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Scores of whole engines are the same bits in every schedule: whatever else is in the batch, in
 * which order requests come and go, how prompts are cut, and what rows hold from before.
 */
class EngineExactnessTest {

    /** Of each checkpoint; ten times as many prove the same. */
    private static final int SCHEDULES = Integer.getInteger("exactness.schedules", 24);

    private static final int LENGTH = 320;
    private static final int PROMPTS = 10;

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
                "vipllava",
                "next_mistral",
                "onevision_max2"
            })
    void scoresAreTheSameInEverySchedule(String name) throws IOException {
        checkpoint = CheckpointReader.read(Golden.checkpoint(name));
        Random random = new Random(name.hashCode());
        List<GenerationRequest> requests = requests(random);
        Map<Prompt, List<Integer>> alone = new HashMap<>();
        for (GenerationRequest request : requests) {
            Recorder recorder = new Recorder(open(1, CacheOptions.NONE));
            try (GenerationEngine engine = start(recorder, new Random(0), 1, 4096, false)) {
                submit(engine, request).join();
            }
            recorder.runs.forEach(run -> alone.put(run.prompt(), run.scores()));
        }
        long reused = 0;
        for (int schedule = 0; schedule < SCHEDULES; schedule++) {
            int rows = 1 + random.nextInt(5);
            CacheOptions caches = random.nextBoolean() ? CacheOptions.DEFAULT : CacheOptions.NONE;
            Recorder recorder = new Recorder(open(rows, caches));
            int budget = random.nextInt(3) == 0 ? 4096 : 3 + random.nextInt(40);
            GenerationEngine engine = start(recorder, random, rows, budget, random.nextInt(5) > 0);
            try (engine) {
                run(engine, requests, random);
            }
            for (Run run : recorder.runs) {
                assertThat(run.scores())
                        .as("prompt of %d tokens", run.prompt().length())
                        .isEqualTo(alone.get(run.prompt()).subList(0, run.scores().size()));
            }
            reused += engine.counters().prefixes().tokens();
        }
        assertThat(reused).as("tokens taken over").isPositive();
    }

    private static void run(
            GenerationEngine engine, List<GenerationRequest> requests, Random random) {
        List<CompletableFuture<List<Generation>>> answers = new ArrayList<>();
        for (int i = 0; i < 2 * PROMPTS; i++) {
            CompletableFuture<List<Generation>> answer =
                    submit(engine, requests.get(random.nextInt(requests.size())));
            if (random.nextInt(8) == 0) {
                answer.cancel(false);
            } else {
                answers.add(answer);
            }
            if (random.nextInt(5) == 0) {
                answer.handle((generation, fault) -> generation).join();
            }
        }
        answers.forEach(CompletableFuture::join);
    }

    private static CompletableFuture<List<Generation>> submit(
            GenerationEngine engine, GenerationRequest request) {
        Deadline never = Deadline.after(LlavaRequest.NO_LIMIT, System.nanoTime());
        return engine.submit(List.of(request), never, TokenObserver.NONE);
    }

    private OnnxStepExecutor open(int rows, CacheOptions caches) {
        ModelOptions options =
                ModelOptions.DEFAULT
                        .withDevice(Device.CPU)
                        .withMaxBatchSize(rows)
                        .withCaches(caches);
        return OnnxStepExecutor.open(checkpoint, options, LENGTH);
    }

    private static GenerationEngine start(
            Recorder recorder, Random random, int rows, int budget, boolean warm) {
        EngineLimits limits =
                new EngineLimits(
                        rows,
                        LENGTH,
                        budget,
                        Duration.ofNanos(random.nextInt(300_000)),
                        1000,
                        warm);
        return GenerationEngine.start("exact", recorder.executor(), limits, System::nanoTime);
    }

    /** Prompts of which several begin with the same words and pictures. */
    private List<GenerationRequest> requests(Random random) throws IOException {
        List<GenerationRequest> requests = new ArrayList<>();
        int[] beginning = random.ints(20, 3, 250).toArray();
        for (int i = 0; i < PROMPTS; i++) {
            IntStream ids = IntStream.of(beginning).limit(20 - i % 3);
            List<VisualInput> pictures = new ArrayList<>();
            if (i % 4 != 3) {
                VisualInput picture = picture(i % 2);
                pictures.add(picture);
                int image = checkpoint.config().imageTokenId();
                ids =
                        IntStream.concat(
                                ids, IntStream.generate(() -> image).limit(picture.tokens()));
            }
            ids = IntStream.concat(ids, random.ints(2 + random.nextInt(40), 3, 250));
            requests.add(
                    new GenerationRequest(
                            Prompt.of(ids.toArray(), pictures, ImageTokens.of(checkpoint.config())),
                            2 + random.nextInt(6),
                            // A rule that changes nothing here, and needs all scores.
                            GenerationParameters.DEFAULT.withRules(
                                    TokenRules.NONE.withNoRepeatNgram(LENGTH)),
                            List.of(),
                            Set.of(),
                            StopCondition.NEVER));
        }
        return requests;
    }

    private VisualInput picture(int number) throws IOException {
        byte[] encoded = Files.readAllBytes(Golden.image("img" + number + ".png"));
        return new VisualProcessor(
                        checkpoint.config(),
                        checkpoint.imageProcessor(),
                        checkpoint.videoProcessor())
                .image(new ImageDecoder(RequestLimits.DEFAULT).decode(encoded));
    }

    /** The bits of the scores of a sequence, token after token. */
    private record Run(Prompt prompt, List<Integer> scores) {}

    /** Keeps the bits of the scores that an executor gives. */
    private static final class Recorder {

        private final List<Run> runs = new ArrayList<>();
        private final Map<Integer, List<Integer>> rows = new HashMap<>();
        private final OnnxStepExecutor recorded;

        Recorder(OnnxStepExecutor recorded) {
            this.recorded = recorded;
        }

        StepExecutor executor() {
            return (StepExecutor)
                    Proxy.newProxyInstance(
                            StepExecutor.class.getClassLoader(),
                            new Class<?>[] {StepExecutor.class},
                            (proxy, method, arguments) -> {
                                try {
                                    Object result = method.invoke(recorded, arguments);
                                    if (method.getName().equals("prefill")) {
                                        prefilled(arguments, (StepScores) result);
                                    } else if (method.getName().equals("decode")) {
                                        decoded(arguments, (StepScores) result);
                                    }
                                    return result;
                                } catch (InvocationTargetException e) {
                                    throw e.getCause();
                                }
                            });
        }

        private void prefilled(Object[] arguments, StepScores step) {
            Prompt prompt = (Prompt) arguments[1];
            if ((int) arguments[3] == prompt.length()) {
                List<Integer> mine = new ArrayList<>();
                mine.add(bits(step.logits(0)));
                rows.put((int) arguments[0], mine);
                runs.add(new Run(prompt, mine));
            }
        }

        private void decoded(Object[] arguments, StepScores step) {
            List<?> inputs = (List<?>) arguments[0];
            for (int i = 0; i < inputs.size(); i++) {
                rows.get(((RowToken) inputs.get(i)).row()).add(bits(step.logits(i)));
            }
        }

        private static int bits(FloatBuffer logits) {
            float[] copy = new float[logits.remaining()];
            logits.get(copy);
            return Arrays.hashCode(copy);
        }
    }
}
