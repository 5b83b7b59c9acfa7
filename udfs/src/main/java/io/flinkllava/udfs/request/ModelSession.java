package io.flinkllava.udfs.request;

import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.table.functions.FunctionContext;

import io.flinkllava.flink.metrics.LlavaMetrics;
import io.flinkllava.flink.model.TaskModel;
import io.flinkllava.flink.options.LlavaSettings;
import io.flinkllava.flink.pictures.PictureReader;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.ModelInfo;
import io.flinkllava.runtime.pool.ModelLease;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A model as one function in one task uses it: leased from the pool, asked, given back.
 *
 * <p>Threading: the task's thread asks and closes; replies come on threads of the model or the
 * reader of pictures.
 */
public final class ModelSession implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ModelSession.class);

    /** Pictures that are read by name at once. */
    private static final int READING_THREADS = 4;

    private final ModelLease lease;
    private final String version;
    private final PictureReader reader;
    private final LlavaMetrics metrics;
    private final ScheduledThreadPoolExecutor clock = clock();
    private final PatientSubmitter submitter;
    private final Set<PendingRequest> running = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean warned = new AtomicBoolean();
    private volatile boolean closed;

    /** Takes both over. */
    ModelSession(ModelLease lease, PictureReader reader, LlavaMetrics metrics) {
        this.lease = lease;
        this.version = version(lease.model().info());
        this.reader = reader;
        this.metrics = metrics;
        this.submitter =
                new PatientSubmitter(lease.model(), clock, () -> count(LlavaMetrics::retried));
    }

    /**
     * Leases the model. Call it in the task, never on the client.
     *
     * @param group where its metrics appear, with those of equal functions
     * @param inFlight rows that may be in flight
     * @throws LlavaException MODEL if it cannot be opened
     */
    public static ModelSession open(
            LlavaSettings settings, FunctionContext context, MetricGroup group, int inFlight) {
        long start = System.nanoTime();
        ModelLease lease =
                settings.model()
                        .lease(
                                context.getTaskInfo(),
                                context.getExternalResourceInfos(TaskModel.GPU_RESOURCE));
        Duration loading = Duration.ofNanos(System.nanoTime() - start);
        try {
            LlavaMetrics metrics = LlavaMetrics.shared(group, lease.model(), loading, inFlight);
            return new ModelSession(
                    lease, PictureReader.open(settings.pictures(), READING_THREADS), metrics);
        } catch (RuntimeException | Error e) {
            lease.close();
            throw e;
        }
    }

    private static String version(ModelInfo info) {
        return info.name() + "@" + info.fingerprint();
    }

    private static ScheduledThreadPoolExecutor clock() {
        ScheduledThreadPoolExecutor clock =
                new ScheduledThreadPoolExecutor(
                        1,
                        task -> {
                            Thread thread = new Thread(task, "llava-session-clock");
                            thread.setDaemon(true);
                            return thread;
                        },
                        // After the end nothing is late, and nobody asks again.
                        new ThreadPoolExecutor.DiscardPolicy());
        clock.setRemoveOnCancelPolicy(true);
        return clock;
    }

    /** Asks about a row. Never throws, and the future never fails: what is wrong is the reply's. */
    public CompletableFuture<Reply> ask(RequestTemplate template, RequestParts parts) {
        return ask(template, parts, UnaryOperator.identity());
    }

    /**
     * The same.
     *
     * @param verdict makes a failure of an answer that is of no use; must not throw
     */
    public CompletableFuture<Reply> ask(
            RequestTemplate template, RequestParts parts, UnaryOperator<LlavaAnswer> verdict) {
        count(LlavaMetrics::requested);
        PendingRequest request = new PendingRequest(TimeLimit.fromNow(template.timeLimit()));
        CompletableFuture<Reply> reply =
                request.answer().thenApply(answer -> reply(request, verdict.apply(answer)));
        limit(request);
        running.add(request);
        var unused = request.answer().whenComplete((answer, none) -> running.remove(request));
        if (closed) {
            request.failed(givenUp());
        } else {
            begin(request, template, parts);
        }
        return reply;
    }

    private void limit(PendingRequest request) {
        TimeLimit limit = request.timeLimit();
        if (!limit.isNone()) {
            request.waitsFor(
                    clock.schedule(
                            () -> request.failed(limit.exceeded()),
                            TimeUnit.NANOSECONDS.convert(limit.left()),
                            TimeUnit.NANOSECONDS));
        }
    }

    private void begin(PendingRequest request, RequestTemplate template, RequestParts parts) {
        try {
            var unused =
                    pictures(request, parts.pictures())
                            .thenAccept(
                                    pictures -> {
                                        request.isReady(template.request(pictures, parts));
                                        submitter.submit(request);
                                    })
                            .whenComplete(
                                    (none, fault) -> {
                                        if (fault != null) {
                                            request.failed(fault);
                                        }
                                    });
        } catch (RuntimeException e) {
            request.failed(e);
        }
    }

    private CompletableFuture<List<byte[]>> pictures(PendingRequest request, List<Object> given) {
        List<CompletableFuture<byte[]>> pictures = new ArrayList<>();
        for (Object picture : given) {
            if (picture instanceof String uri) {
                CompletableFuture<byte[]> reading = reader.readAsync(uri);
                request.waitsFor(reading);
                pictures.add(reading);
            } else {
                pictures.add(CompletableFuture.completedFuture((byte[]) picture));
            }
        }
        return CompletableFuture.allOf(pictures.toArray(CompletableFuture[]::new))
                .thenApply(all -> pictures.stream().map(CompletableFuture::join).toList());
    }

    private Reply reply(PendingRequest request, LlavaAnswer answer) {
        Duration took = request.timeLimit().passed();
        count(
                counting -> {
                    counting.answered(answer, took);
                    if (request.isLate(answer)) {
                        counting.timedOut();
                    }
                });
        if (answer instanceof LlavaAnswer.Failure failure && warned.compareAndSet(false, true)) {
            LOG.warn(
                    "A row got no answer ({}: {}). The metric {} counts such rows; this is said"
                            + " once.",
                    failure.code(),
                    failure.message(),
                    LlavaMetrics.FAILURES);
        }
        return new Reply(answer, version, took);
    }

    private void count(Consumer<LlavaMetrics> what) {
        synchronized (metrics) {
            what.accept(metrics);
        }
    }

    private static LlavaException givenUp() {
        return new LlavaException(
                LlavaErrorCode.UNAVAILABLE, "The task ended before there was an answer");
    }

    /**
     * Waits for what comes of a request. A task that is cancelled does not wait: it gives up, gets
     * a failure and stays interrupted.
     *
     * @param reply never fails
     * @param giveUp ends what is waited for
     */
    public static <T> T await(CompletableFuture<T> reply, Runnable giveUp) {
        try {
            return reply.get();
        } catch (InterruptedException e) {
            giveUp.run();
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("Replies never fail", e);
        }
        return reply.join();
    }

    /** Fails what is still running. Nothing more may be asked. */
    public void giveUp() {
        closed = true;
        clock.shutdownNow();
        running.forEach(request -> request.failed(givenUp()));
        reader.close();
    }

    /** Gives up what is still running, and the model back. Waits for nothing. */
    @Override
    public void close() {
        giveUp();
        lease.close();
    }
}
