package io.flinkllava.runtime.pool;

import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.pool.FakeModels.FakeModel;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random schedules: whatever threads do, there are never two open models for a key, a leased model
 * is open, each model is closed once, and none stays.
 */
@Timeout(120)
class ModelPoolScheduleTest {

    private static final int THREADS = 4;
    private static final int STEPS = 500;
    private static final int FOLDERS = 3;

    private final FakeModels models = new FakeModels();
    private final ModelPool pool = new ModelPool(models, Duration.ZERO);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void keepsItsPromises(long seed) throws Exception {
        Random injected = new Random(seed);
        models.duringLoad = () -> sometimesFail(injected);
        models.duringClose = Thread::onSpinWait;
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        List<Callable<Integer>> users = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Random random = new Random(seed * THREADS + i);
            users.add(() -> use(random));
        }
        int leases = 0;
        for (Future<Integer> user : threads.invokeAll(users)) {
            leases += user.get();
        }
        threads.shutdown();
        awaitLoads();
        pool.closeIdle();

        for (FakeModel model : models.opened) {
            model.closedBy.get(30, TimeUnit.SECONDS);
        }
        assertThat(models.faults).isEmpty();
        assertThat(pool.models()).isEmpty();
        assertThat(leases).as("leases").isGreaterThan(models.opened.size());
        assertThat(models.opened.size()).as("models loaded").isGreaterThan(3);
    }

    /** An interrupted lease leaves its model loading: nothing is over before that is. */
    private void awaitLoads() {
        models.duringLoad = () -> {};
        for (int i = 0; i < FOLDERS; i++) {
            try {
                pool.lease(key(i)).close();
            } catch (LlavaException failed) {
                assertThat(failed).hasStackTraceContaining("injected");
            }
        }
    }

    private static ModelKey key(int folder) {
        return new ModelKey(Path.of("model" + folder), ModelOptions.DEFAULT, "device");
    }

    private int use(Random random) {
        Deque<ModelLease> held = new ArrayDeque<>();
        int leases = 0;
        for (int step = 0; step < STEPS; step++) {
            switch (random.nextInt(10)) {
                case 0 -> pool.closeIdle();
                case 1 -> pool.setLinger(Duration.ofMillis(random.nextInt(2)));
                case 2 -> interruptOrBreak(random, held);
                case 3, 4, 5 -> leases += lease(random, held) ? 1 : 0;
                default -> release(held);
            }
            checkOpen(held);
        }
        // A thread of the executor must not start its next run interrupted.
        Thread.interrupted();
        while (!held.isEmpty()) {
            release(held);
        }
        return leases;
    }

    private static void interruptOrBreak(Random random, Deque<ModelLease> held) {
        if (held.isEmpty() || random.nextInt(3) > 0) {
            Thread.currentThread().interrupt();
        } else {
            FakeModels.of(held.element()).breakDown();
            // Opens it anew, unless another has done so already.
            held.element().model().submit(LlavaRequest.ask(new byte[0], "What?")).cancel(false);
        }
    }

    private boolean lease(Random random, Deque<ModelLease> held) {
        try {
            held.add(pool.lease(key(random.nextInt(FOLDERS))));
            return true;
        } catch (LlavaException failed) {
            assertThat(failed).hasStackTraceContaining("injected");
        } catch (CancellationException interrupted) {
            assertThat(Thread.interrupted()).isTrue();
        }
        return false;
    }

    private static void release(Deque<ModelLease> held) {
        if (!held.isEmpty()) {
            held.remove().close();
        }
    }

    private void checkOpen(Deque<ModelLease> held) {
        for (ModelLease lease : held) {
            FakeModel model = FakeModels.of(lease);
            if (model.isUsable()) {
                continue;
            }
            if (!model.isBroken()) {
                models.faults.add("closed while leased");
            }
        }
    }

    private static void sometimesFail(Random random) {
        Thread.onSpinWait();
        switch (random.nextInt(10)) {
            case 0 -> throw LlavaException.model("injected failure");
            case 1 -> throw new AssertionError("injected error");
            default -> {}
        }
    }
}
