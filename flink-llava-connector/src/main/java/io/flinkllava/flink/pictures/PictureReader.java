package io.flinkllava.flink.pictures;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;

import javax.net.ssl.SSLContext;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Reads the pictures that records name: paths of Flink's file systems ({@code /data/a.png}, {@code
 * s3://bucket/a.png}), {@code http} and {@code https} URIs, and {@code data:} URIs.
 *
 * <p>Paths are written as Flink writes them, a blank as a blank and not as {@code %20}. A {@code
 * data:} URI brings its picture along (base64 only) and so needs no permission, but the size limit
 * holds for it too; where state should hold a reference and no picture, do not use it.
 *
 * <p>A failure is a {@link LlavaException}: {@link LlavaErrorCode#INPUT} for what is not allowed,
 * does not exist or is too large; {@link LlavaErrorCode#UNAVAILABLE} for what may come back, such
 * as a time limit, a refused connection, an overloaded server; {@link LlavaErrorCode#CAPACITY} when
 * too many readings wait. Its message names the picture without the query of its URI, which may
 * hold a signature, and never shows what was read.
 *
 * <p>What waits for a thread waits as long as that takes, unless all threads hang: a file system
 * may not come back for long after {@link PictureAccess#readLimit}, and nothing ends its call.
 * Until it does, all readings fail with {@link LlavaErrorCode#UNAVAILABLE}.
 *
 * <p>Nothing is cached: each reading asks again. A reference is read when its request is prepared,
 * so a request that Flink replays after a failure is answered by the bytes that are behind the
 * reference then; who replaces pictures in place gets the answer of the newer one, or INPUT where
 * it is gone. Give changed pictures new names, or send bytes, where that matters.
 *
 * <p>Threading: all methods may be called from any thread. Ownership: whoever opened a reader
 * closes it; it owns threads and connections.
 */
public final class PictureReader implements AutoCloseable {

    /** Readings that may wait for a thread. */
    private static final int MAX_WAITING = 10_000;

    private final PictureAccess access;
    private final HttpPictures remote;
    private final Map<String, PicturePlace> places;
    private final PicturePlace files;
    private final Set<Reading> readings = ConcurrentHashMap.newKeySet();
    private final ThreadPoolExecutor threads;
    private final AtomicInteger hanging = new AtomicInteger();
    private final ScheduledThreadPoolExecutor clock;
    private volatile boolean closed;

    /**
     * Opens a reader.
     *
     * @param threads pictures that are read at once, at least 1; each may hold {@link
     *     PictureAccess#maxBytes} in memory
     */
    public static PictureReader open(PictureAccess access, int threads) {
        return new PictureReader(access, threads, HostResolver.SYSTEM, null);
    }

    /**
     * For tests that play the network.
     *
     * @param trust whose certificates are trusted, null for the JDK's
     */
    PictureReader(PictureAccess access, int threads, HostResolver resolver, SSLContext trust) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads is " + threads + ", it must be at least 1");
        }
        this.access = Objects.requireNonNull(access, "access");
        this.remote = new HttpPictures(access, resolver, trust, threads);
        this.places =
                Map.of(
                        "http", remote,
                        "https", remote,
                        "data", new DataPictures(access.maxBytes()));
        this.files = new FilePictures(access);
        this.threads =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        10,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(MAX_WAITING),
                        task -> daemon(task, "llava-pictures"));
        this.threads.allowCoreThreadTimeOut(true);
        this.clock =
                new ScheduledThreadPoolExecutor(1, task -> daemon(task, "llava-pictures-clock"));
        this.clock.setRemoveOnCancelPolicy(true);
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Reads a picture and waits for it, {@link PictureAccess#readLimit} at most once it has a
     * thread.
     *
     * @throws LlavaException if there is no picture to be had
     */
    public byte[] read(String uri) {
        CompletableFuture<byte[]> result = readAsync(uri);
        try {
            return result.get();
        } catch (ExecutionException | CancellationException e) {
            throw LlavaFailures.of(e);
        } catch (InterruptedException e) {
            result.cancel(true);
            Thread.currentThread().interrupt();
            throw new LlavaException(
                    LlavaErrorCode.UNAVAILABLE,
                    "The reading of " + ShownUri.of(uri) + " was interrupted.",
                    e);
        }
    }

    /**
     * Reads a picture on one of the reader's threads.
     *
     * <p>The future completes with the picture or exceptionally with a {@link LlavaException}, on a
     * thread of the reader, so dependent stages must be short. Cancelling it ends the reading.
     */
    public CompletableFuture<byte[]> readAsync(String uri) {
        Reading reading = new Reading(Objects.requireNonNull(uri, "uri"));
        readings.add(reading);
        // However it ends: callers may cancel the future as well.
        var unused =
                reading.result()
                        .whenComplete(
                                (bytes, problem) -> {
                                    reading.release();
                                    readings.remove(reading);
                                });
        if (allThreadsHang()) {
            reading.fail(stuck(reading));
            return reading.result();
        }
        try {
            threads.execute(() -> run(reading));
        } catch (RejectedExecutionException e) {
            reading.fail(
                    new LlavaException(
                            LlavaErrorCode.CAPACITY,
                            closed
                                    ? "The reader of pictures is closed."
                                    : MAX_WAITING + " pictures wait to be read already.",
                            e));
        }
        return reading.result();
    }

    private void run(Reading reading) {
        if (closed) {
            reading.fail(closing(reading));
        }
        if (reading.isDone()) {
            return;
        }
        long limit = access.readLimit().toNanos();
        AtomicBoolean settled = new AtomicBoolean();
        ScheduledFuture<?> late;
        ScheduledFuture<?> hangs;
        try {
            late = clock.schedule(() -> reading.fail(late(reading)), limit, TimeUnit.NANOSECONDS);
            // A thread that only notices the end of its reading late does not hang.
            hangs = clock.schedule(() -> hangs(settled), 2 * limit, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            reading.fail(closing(reading));
            return;
        }
        try {
            reading.succeed(place(reading.uri()).read(reading));
        } catch (Throwable e) {
            // Plugins throw errors, too, and whoever waits for the picture must not wait for ever.
            reading.fail(LlavaFailures.of(e, reading.uri()));
        } finally {
            late.cancel(false);
            hangs.cancel(false);
            if (!settled.compareAndSet(false, true)) {
                hanging.decrementAndGet();
            }
        }
    }

    private void hangs(AtomicBoolean settled) {
        if (settled.compareAndSet(false, true)) {
            hanging.incrementAndGet();
            if (allThreadsHang()) {
                readings.forEach(reading -> reading.fail(stuck(reading)));
            }
        }
    }

    private boolean allThreadsHang() {
        return hanging.get() >= threads.getMaximumPoolSize();
    }

    private LlavaException stuck(Reading reading) {
        return new LlavaException(
                LlavaErrorCode.UNAVAILABLE,
                ShownUri.of(reading.uri())
                        + " was not read: all "
                        + threads.getMaximumPoolSize()
                        + " threads that read pictures wait for file systems that do not answer.");
    }

    private PicturePlace place(String uri) {
        int colon = uri.indexOf(':');
        String scheme = uri.substring(0, Math.max(colon, 0)).toLowerCase(Locale.ROOT);
        return places.getOrDefault(scheme, files);
    }

    private LlavaException late(Reading reading) {
        return new LlavaException(
                LlavaErrorCode.UNAVAILABLE,
                ShownUri.of(reading.uri())
                        + " was not read within "
                        + access.readLimit().toMillis()
                        + " ms (read-limit).");
    }

    private static LlavaException closing(Reading reading) {
        return new LlavaException(
                LlavaErrorCode.UNAVAILABLE,
                ShownUri.of(reading.uri()) + " was not read: the reader of pictures was closed.");
    }

    /**
     * Ends all readings, which fail with {@link LlavaErrorCode#UNAVAILABLE}, and gives threads and
     * connections back. Waits for nothing. Closing twice is harmless.
     */
    @Override
    public void close() {
        closed = true;
        threads.shutdownNow();
        clock.shutdownNow();
        readings.forEach(reading -> reading.fail(closing(reading)));
        remote.close();
    }
}
