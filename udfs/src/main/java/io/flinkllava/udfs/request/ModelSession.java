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
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelInfo;
import io.flinkllava.runtime.pool.ModelLease;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

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

    /** An exception's message may quote what it was given; a picture must not reach the answer. */
    private static final int LONGEST_MESSAGE = 500;

    private final ModelLease lease;
    private final String version;
    private final PictureReader reader;
    private final LlavaMetrics metrics;
    private final Map<Long, CompletableFuture<LlavaAnswer>> running = new ConcurrentHashMap<>();
    private final AtomicLong submitted = new AtomicLong();
    private final AtomicBoolean warned = new AtomicBoolean();

    private ModelSession(ModelLease lease, PictureReader reader, LlavaMetrics metrics) {
        this.lease = lease;
        this.version = version(lease.model().info());
        this.reader = reader;
        this.metrics = metrics;
    }

    /**
     * Leases the model. Call it in the task, never on the client.
     *
     * @param group where its metrics appear, with those of equal functions
     * @throws LlavaException MODEL if it cannot be opened
     */
    public static ModelSession open(
            LlavaSettings settings, FunctionContext context, MetricGroup group) {
        ModelLease lease =
                settings.model()
                        .lease(
                                context.getTaskInfo(),
                                context.getExternalResourceInfos(TaskModel.GPU_RESOURCE));
        LlavaMetrics metrics = LlavaMetrics.shared(group, lease.model()::counters);
        return new ModelSession(
                lease, PictureReader.open(settings.pictures(), READING_THREADS), metrics);
    }

    private static String version(ModelInfo info) {
        return info.name() + "@" + info.fingerprint();
    }

    /** Asks about a row. Never throws, and the future never fails: what is wrong is the reply's. */
    public CompletableFuture<Reply> ask(RequestTemplate template, RequestParts parts) {
        long start = System.nanoTime();
        synchronized (metrics) {
            metrics.requested();
        }
        return answer(template, parts)
                .handle(
                        (answer, fault) ->
                                reply(
                                        fault == null ? answer : failure(fault),
                                        Duration.ofNanos(System.nanoTime() - start)));
    }

    private CompletableFuture<LlavaAnswer> answer(RequestTemplate template, RequestParts parts) {
        try {
            return pictures(parts.pictures())
                    .thenCompose(pictures -> submit(template.request(pictures, parts)));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletableFuture<LlavaAnswer> submit(LlavaRequest request) {
        CompletableFuture<LlavaAnswer> answer = lease.model().submit(request);
        long number = submitted.incrementAndGet();
        running.put(number, answer);
        var unused = answer.whenComplete((text, fault) -> running.remove(number));
        return answer;
    }

    private CompletableFuture<List<byte[]>> pictures(List<Object> given) {
        List<CompletableFuture<byte[]>> pictures = new ArrayList<>();
        for (Object picture : given) {
            pictures.add(
                    picture instanceof String uri
                            ? reader.readAsync(uri)
                            : CompletableFuture.completedFuture((byte[]) picture));
        }
        return CompletableFuture.allOf(pictures.toArray(CompletableFuture[]::new))
                .thenApply(all -> pictures.stream().map(CompletableFuture::join).toList());
    }

    private Reply reply(LlavaAnswer answer, Duration took) {
        synchronized (metrics) {
            metrics.answered(answer, took);
        }
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

    private static LlavaAnswer.Failure failure(Throwable fault) {
        Throwable cause =
                fault instanceof CompletionException && fault.getCause() != null
                        ? fault.getCause()
                        : fault;
        return cause instanceof LlavaException known
                ? new LlavaAnswer.Failure(known.code(), shortened(known.getMessage()))
                : new LlavaAnswer.Failure(
                        LlavaErrorCode.INTERNAL, shortened("Unexpected failure: " + cause));
    }

    private static String shortened(String message) {
        return message.length() <= LONGEST_MESSAGE
                ? message
                : message.substring(0, LONGEST_MESSAGE) + "...";
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
        reader.close();
        running.values().forEach(answer -> answer.cancel(false));
    }

    /** Gives up what is still running, and the model back. Waits for nothing. */
    @Override
    public void close() {
        giveUp();
        lease.close();
    }
}
