package io.flinkllava.udfs.request;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaModel;

import java.time.Duration;
import java.util.Comparator;
import java.util.Queue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Asks a model that may be full: other subtasks ask it, too, and Flink lets each have its rows in
 * flight. What the model refuses for that waits here and is sent again, oldest first: one for each
 * answer that comes, and one now and then where none does.
 */
final class PatientSubmitter {

    private static final Duration PAUSE = Duration.ofMillis(50);

    private final LlavaModel model;
    private final ScheduledExecutorService clock;
    private final Runnable onRetry;
    private final Queue<PendingRequest> refused =
            new PriorityBlockingQueue<>(
                    16, Comparator.comparingLong(request -> request.timeLimit().start()));
    private final AtomicBoolean paused = new AtomicBoolean();

    /**
     * @param clock sends what was refused, and drops what it is given once it is shut down
     * @param onRetry called for each request that is sent again, by any thread
     */
    PatientSubmitter(LlavaModel model, ScheduledExecutorService clock, Runnable onRetry) {
        this.model = model;
        this.clock = clock;
        this.onRetry = onRetry;
    }

    /** Asks about a request that is ready, behind those that wait. */
    void submit(PendingRequest request) {
        if (refused.isEmpty()) {
            send(request);
        } else {
            waitForRoom(request);
        }
    }

    private void send(PendingRequest request) {
        if (request.isDone()) {
            return;
        }
        var asked = model.submit(request.request());
        request.waitsFor(asked);
        var unused =
                asked.whenComplete(
                        (answer, fault) -> {
                            if (fault != null) {
                                request.failed(fault);
                            } else if (isFull(answer)) {
                                waitForRoom(request);
                            } else {
                                request.answered(answer);
                                if (!refused.isEmpty()) {
                                    clock.execute(this::sendOldest);
                                }
                            }
                        });
    }

    private static boolean isFull(LlavaAnswer answer) {
        return answer instanceof LlavaAnswer.Failure failure && failure.isQueueFull();
    }

    private void waitForRoom(PendingRequest request) {
        refused.add(request);
        sendOldestSoon();
    }

    private void sendOldestSoon() {
        if (paused.compareAndSet(false, true)) {
            var unused =
                    clock.schedule(
                            () -> {
                                paused.set(false);
                                sendOldest();
                            },
                            PAUSE.toMillis(),
                            TimeUnit.MILLISECONDS);
        }
    }

    private void sendOldest() {
        PendingRequest oldest = refused.poll();
        while (oldest != null && oldest.isDone()) {
            oldest = refused.poll();
        }
        if (oldest != null) {
            onRetry.run();
            send(oldest);
            sendOldestSoon();
        }
    }
}
