package io.flinkllava.runtime.pool;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads of the pool. In Flink the pool is loaded with the user code of a job, whose class loader
 * must be free to go when the job ends: threads are daemons, inherit nothing from the task that
 * happens to start them, and end when there is nothing to do.
 */
final class PoolThreads {

    private static final long KEEP_ALIVE_SECONDS = 1;

    private PoolThreads() {}

    /** Closes what lingered, which may take a while. */
    static ScheduledExecutorService closer() {
        return scheduler("flink-llava-pool-closer");
    }

    /** Ends what waits too long. */
    static ScheduledExecutorService clock() {
        return scheduler("flink-llava-pool-clock");
    }

    /** One thread, alive only while something is scheduled. */
    private static ScheduledExecutorService scheduler(String name) {
        ScheduledThreadPoolExecutor scheduler =
                new ScheduledThreadPoolExecutor(1, task -> thread(task, name, null));
        scheduler.setKeepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS);
        scheduler.allowCoreThreadTimeOut(true);
        scheduler.setRemoveOnCancelPolicy(true);
        return scheduler;
    }

    /**
     * A thread for one load, so that cancelling the task which asked first does not spoil the load
     * for those who wait with it.
     */
    static Thread loader(Runnable load, ModelKey key) {
        // Libraries find their services through the context class loader.
        return thread(
                load,
                "flink-llava-load " + key.folder().getFileName(),
                PoolThreads.class.getClassLoader());
    }

    private static Thread thread(Runnable task, String name, ClassLoader context) {
        Thread thread = new Thread(null, task, name, 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(context);
        return thread;
    }
}
