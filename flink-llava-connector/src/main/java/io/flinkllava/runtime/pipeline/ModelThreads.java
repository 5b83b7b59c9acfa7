package io.flinkllava.runtime.pipeline;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * A model's threads beside its engine's. Those that prepare requests, and those that tell answers:
 * an answer that is there never waits for pictures that are still decoded. Neither queue is
 * bounded: who fills them is.
 */
final class ModelThreads implements AutoCloseable {

    private final String name;
    private final ExecutorService preparing;
    private final ScheduledThreadPoolExecutor telling;

    /** As many of either kind; none is started before there is work. */
    ModelThreads(String name, int threads) {
        this.name = name;
        this.preparing = Executors.newFixedThreadPool(threads, named("llava-prepare-"));
        this.telling = new ScheduledThreadPoolExecutor(threads, named("llava-answer-"));
        telling.setRemoveOnCancelPolicy(true);
        telling.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    private ThreadFactory named(String prefix) {
        return task -> new Member(task, prefix + name);
    }

    /** Refuses nothing until {@link #close}. */
    Executor preparing() {
        return preparing;
    }

    /** Refuses nothing until {@link #close}. */
    Executor telling() {
        return telling;
    }

    /** Runs something later, where answers are told. */
    Future<?> tellAfter(long nanos, Runnable task) {
        return telling.schedule(task, nanos, TimeUnit.NANOSECONDS);
    }

    /** Waits for what is being prepared, then for what is being told; refuses more. */
    @Override
    public void close() {
        stop(preparing);
        stop(telling);
    }

    /** Whether the caller would wait for itself if it waited for these. */
    boolean areCalling() {
        return Thread.currentThread() instanceof Member member && member.isOf(this);
    }

    /** Runs something that waits for these threads. */
    void runBeside(Runnable task) {
        Thread thread = new Thread(task, "llava-close-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void stop(ExecutorService threads) {
        threads.shutdown();
        boolean terminated = false;
        boolean interrupted = false;
        while (!terminated) {
            try {
                terminated = threads.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                // They use native memory: remember, and wait on.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Knows whose it is, and nothing of who happens to start it: a model may outlive the job that
     * asks first, and must not hold its class loader.
     */
    private final class Member extends Thread {

        Member(Runnable task, String name) {
            super(null, task, name, 0, false);
            setDaemon(true);
            setContextClassLoader(ModelThreads.class.getClassLoader());
        }

        boolean isOf(ModelThreads threads) {
            return threads == ModelThreads.this;
        }
    }
}
