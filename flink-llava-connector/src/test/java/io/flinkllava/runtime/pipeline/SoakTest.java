package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.CacheOptions;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.memory.NativeLedger;
import io.flinkllava.runtime.memory.NativeLedger.Balance;
import io.flinkllava.runtime.pool.ModelKey;
import io.flinkllava.runtime.pool.ModelLease;
import io.flinkllava.runtime.pool.ModelPool;
import io.flinkllava.testing.Golden;
import io.flinkllava.testing.GoldenRequest;
import io.flinkllava.testing.NativeMemory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Nothing leaks, whatever goes wrong: requests of many threads, some of which are bad, are
 * cancelled, fail in a step or lose their device; models opened and closed over and over. What is
 * answered is right all the while. Longer with {@code -Dsoak.requests=20000 -Dsoak.opens=200}.
 */
@Timeout(3600)
class SoakTest {

    private static final Logger LOG = LoggerFactory.getLogger(SoakTest.class);
    private static final int REQUESTS = Integer.getInteger("soak.requests", 800);
    private static final int OPENS = Integer.getInteger("soak.opens", 8);
    private static final int THREADS = 30;
    private static final int REQUESTS_OF_A_LEASE = 50;
    private static final Path CHECKPOINT = Golden.checkpoint("llava15");

    /** Room for some of the pictures only, so that features come and go. */
    private static final ModelOptions OPTIONS =
            ModelOptions.DEFAULT
                    .withDevice(Device.CPU)
                    .withMaxSequenceLength(256)
                    .withCaches(CacheOptions.DEFAULT.withVisionBytes(8_000));

    /**
     * Flat is what grows by less. In a short run code is still being compiled and memory touched
     * for the first time, which hides little leaks that the ledger finds exactly; in a long one
     * they hide nothing.
     */
    private static final long BREATH = (REQUESTS < 10_000 ? 256L : 64L) << 20;

    private static Balance before;
    private static List<GoldenRequest> requests;

    /** What stays for the life of the process is there from here on. */
    @BeforeAll
    static void warmUp() throws IOException {
        requests =
                GoldenRequest.all("llava15").stream()
                        .filter(GoldenRequest::isDecidable)
                        .filter(golden -> golden.promptTokens() < 200)
                        .toList();
        assertThat(requests).hasSizeGreaterThan(5);
        LlavaModel.open(CHECKPOINT, OPTIONS).close();
        before = NativeLedger.balance();
    }

    @Test
    void requestsLeaveNothingBehind() throws Exception {
        AtomicInteger opened = new AtomicInteger();
        ModelPool pool =
                new ModelPool(
                        (folder, options) ->
                                new CheckpointLoader(
                                                executor ->
                                                        FaultyExecutor.around(
                                                                executor,
                                                                new Random(
                                                                        opened.getAndIncrement())))
                                        .open(folder, options),
                        Duration.ZERO);
        Outcomes outcomes = new Outcomes();
        List<Long> resident = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger left = new AtomicInteger(REQUESTS);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Future<?>> users = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Random random = new Random(i);
            users.add(threads.submit(() -> use(pool, random, left, outcomes, resident)));
        }
        for (Future<?> user : users) {
            user.get();
        }
        threads.shutdown();
        pool.closeIdle();
        NativeMemory.awaitBalance(before);

        LOG.info("{} requests of {} models: {}", REQUESTS, opened, outcomes);
        assertThat(outcomes.total()).isEqualTo(REQUESTS);
        assertThat(outcomes.right.sum()).as("answered").isGreaterThan(REQUESTS / 2);
        assertThat(outcomes.cancelled.sum()).as("cancelled").isPositive();
        assertThat(outcomes.failures.keySet())
                .contains(LlavaErrorCode.INPUT, LlavaErrorCode.INTERNAL);
        assertThat(opened.get()).as("models").isGreaterThan(1);
        assertFlat(resident);
    }

    private static void use(
            ModelPool pool,
            Random random,
            AtomicInteger left,
            Outcomes outcomes,
            List<Long> resident) {
        ModelKey key = new ModelKey(CHECKPOINT, OPTIONS, "device");
        while (left.get() > 0) {
            try (ModelLease lease = pool.lease(key)) {
                for (int i = 0; i < REQUESTS_OF_A_LEASE; i++) {
                    int number = left.getAndDecrement();
                    if (number <= 0) {
                        return;
                    }
                    ask(lease.model(), random, outcomes);
                    if (number % 50 == 0) {
                        resident.add(NativeMemory.resident().orElse(0));
                    }
                }
            }
        }
    }

    private static void ask(LlavaModel model, Random random, Outcomes outcomes) {
        GoldenRequest golden = requests.get(random.nextInt(requests.size()));
        switch (random.nextInt(10)) {
            case 0 ->
                    outcomes.failed(
                            model.submit(LlavaRequest.ask(new byte[] {1, 2, 3}, "What?")).join());
            case 1 -> {
                CompletableFuture<LlavaAnswer> answer = model.submit(golden.request());
                spin(random.nextInt(20_000));
                if (answer.cancel(false)) {
                    outcomes.cancelled.increment();
                } else {
                    outcomes.answered(golden, answer.join());
                }
            }
            default -> outcomes.answered(golden, model.submit(golden.request()).join());
        }
    }

    private static void spin(int times) {
        for (int i = 0; i < times; i++) {
            Thread.onSpinWait();
        }
    }

    @Test
    void openingAndClosingLeavesNothingBehind() {
        List<Long> resident = new ArrayList<>();
        GoldenRequest golden = requests.get(0);
        for (int i = 0; i < OPENS; i++) {
            try (LlavaModel model = LlavaModel.open(CHECKPOINT, OPTIONS)) {
                new Outcomes().answered(golden, model.submit(golden.request()).join());
            }
            // Refused when the weights are loaded.
            assertThatThrownBy(() -> LlavaModel.open(CHECKPOINT, OPTIONS.withMemoryFraction(1e-9)))
                    .hasMessageContaining("memory-fraction");
            assertThat(NativeLedger.balance()).as("after %d", i + 1).isEqualTo(before);
            resident.add(NativeMemory.resident().orElse(0));
        }
        assertFlat(resident);
    }

    /** The last quarter against the one before: what comes first warms up. */
    private static void assertFlat(List<Long> resident) {
        assumeThat(resident).as("Linux tells what is resident").doesNotContain(0L);
        int quarter = resident.size() / 4;
        long third = median(resident.subList(2 * quarter, 3 * quarter));
        long fourth = median(resident.subList(3 * quarter, resident.size()));
        LOG.info("Resident beside the heap: {} MiB, then {} MiB", third >> 20, fourth >> 20);
        assertThat(fourth - third).as("growth from %d bytes", third).isLessThan(BREATH);
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }

    /** What became of requests; thread-safe. */
    private static final class Outcomes {

        private final LongAdder right = new LongAdder();
        private final LongAdder cancelled = new LongAdder();
        private final Map<LlavaErrorCode, Integer> failures =
                Collections.synchronizedMap(new EnumMap<>(LlavaErrorCode.class));

        void answered(GoldenRequest golden, LlavaAnswer answer) {
            if (answer instanceof LlavaAnswer.Text text) {
                assertThat(text.tokenIds()).as(golden.id()).isEqualTo(golden.tokenIds());
                right.increment();
            } else {
                failed(answer);
            }
        }

        void failed(LlavaAnswer answer) {
            LlavaAnswer.Failure failure = (LlavaAnswer.Failure) answer;
            if (failure.code() != LlavaErrorCode.INPUT) {
                assertThat(failure.message()).contains("injected");
            }
            failures.merge(failure.code(), 1, Integer::sum);
        }

        long total() {
            return right.sum()
                    + cancelled.sum()
                    + failures.values().stream().mapToInt(Integer::intValue).sum();
        }

        @Override
        public String toString() {
            return right + " answered, " + cancelled + " cancelled, failed " + failures;
        }
    }
}
