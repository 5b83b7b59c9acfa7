package io.flinkllava.operators;

import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.EngineCounters.VisionCounters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelInfo;

import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A model that answers each request after a time of its own, so out of order. */
final class ScrambledModel implements LlavaModel {

    private static final int LONGEST_MILLIS = 20;

    private final Random random = new Random(7);
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

    @Override
    public synchronized CompletableFuture<LlavaAnswer> submit(LlavaRequest request) {
        Faults.at("submit");
        CompletableFuture<LlavaAnswer> future = new CompletableFuture<>();
        ScheduledFuture<?> unused =
                clock.schedule(
                        () -> future.complete(Photo.answer(request)),
                        random.nextInt(LONGEST_MILLIS),
                        TimeUnit.MILLISECONDS);
        return future;
    }

    @Override
    public ModelInfo info() {
        return new ModelInfo("scrambled", "0123456789abcdef", "llava", Device.CPU, 8, 512);
    }

    @Override
    public EngineCounters counters() {
        return new EngineCounters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, VisionCounters.NONE);
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
