package io.flinkllava.operators;

import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.event.WatermarkEvent;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.RecordAttributes;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.function.ThrowingRunnable;

import io.flinkllava.flink.metrics.LlavaMetrics;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/**
 * Asks a model about each record, without waiting for the answer before it takes the next record.
 *
 * <p>Threading: everything happens in the task's thread. Answers are completed by the model's
 * threads and hop to the mailbox; waiting for room in the queue or for the end is {@code yield},
 * which lets the mailbox run.
 *
 * <p>State: the records in flight are written at a snapshot and asked about again after a restore,
 * so a record may be submitted more than once and has one result. Watermarks are not kept: they
 * only promise, and a source that is restored promises again.
 *
 * <p>What is not a record (watermarks, idleness, latency markers, attributes) keeps its place among
 * the records.
 */
final class LlavaOperator<T> extends AbstractStreamOperator<LlavaResult<T>>
        implements OneInputStreamOperator<T, LlavaResult<T>>, BoundedOneInput {

    private static final long serialVersionUID = 1L;

    private final transient LlavaOperatorFactory<T> plan;
    private final transient QueueSettings settings;
    private final transient MailboxExecutor mailbox;
    private final transient InFlightQueue<InFlight<T>> queue;

    private transient InFlightState<T> state;
    private transient TypeSerializer<T> inputSerializer;
    private transient OpenModel model;
    private transient String modelName;
    private transient RequestSubmitter<T> submitter;
    private transient LlavaMetrics llavaMetrics;
    private transient volatile boolean closed;

    LlavaOperator(
            StreamOperatorParameters<LlavaResult<T>> parameters, LlavaOperatorFactory<T> plan) {
        super(parameters);
        this.plan = plan;
        this.settings = plan.settings();
        this.mailbox = parameters.getMailboxExecutor();
        this.queue = new InFlightQueue<>(settings.ordered());
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        state = new InFlightState<>(context.getOperatorStateStore(), plan.inputType());
    }

    @Override
    public void open() throws Exception {
        super.open();
        inputSerializer =
                plan.inputType().createSerializer(getExecutionConfig().getSerializerConfig());
        model = openModel();
        modelName = model.model().info().name();
        submitter = new RequestSubmitter<>(plan.extractor(), model.model());
        llavaMetrics = new LlavaMetrics(getMetricGroup());
        llavaMetrics.queue(queue::size, settings.capacity());
        llavaMetrics.engine(model.model()::counters);
        for (StreamRecord<T> record : state.stored()) {
            awaitRoom();
            ask(record);
        }
        state.forget();
    }

    private OpenModel openModel() {
        try {
            return plan.models().open(getRuntimeContext());
        } catch (LlavaException e) {
            boolean firstAttempt = getRuntimeContext().getTaskInfo().getAttemptNumber() == 0;
            // A job that ran before may have come to a machine where the folder is not there yet.
            throw firstAttempt && e.code() == LlavaErrorCode.MODEL
                    ? new UnusableModelException(e)
                    : e;
        }
    }

    @Override
    public void processElement(StreamRecord<T> record) throws Exception {
        awaitRoom();
        ask(record.copy(own(record.getValue())));
    }

    private void awaitRoom() throws InterruptedException {
        while (queue.size() >= settings.capacity()) {
            mailbox.yield();
        }
    }

    /** With object reuse the sender may change the value as soon as it has control again. */
    private T own(T value) {
        return getExecutionConfig().isObjectReuseEnabled() ? inputSerializer.copy(value) : value;
    }

    private void ask(StreamRecord<T> record) {
        long now = getProcessingTimeService().getCurrentProcessingTime();
        InFlight<T> request = new InFlight<>(record, now);
        queue.add(request);
        llavaMetrics.requested();
        if (settings.hasTimeout()) {
            long deadline = now + settings.timeout().toMillis();
            request.expiresWith(
                    getProcessingTimeService()
                            .registerTimer(deadline, time -> complete(request, tooLate())));
        }
        CompletableFuture<LlavaAnswer> future = submitter.submit(record.getValue());
        request.submitted(future);
        CompletableFuture<LlavaAnswer> unused =
                future.whenComplete((answer, problem) -> hop(request, answer, problem));
    }

    private LlavaAnswer tooLate() {
        return new LlavaAnswer.Failure(
                LlavaErrorCode.CAPACITY,
                "no answer within "
                        + spell(settings.timeout())
                        + "; allow more time, or lower capacity or max-new-tokens");
    }

    private static String spell(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }

    /** Runs in a thread of the model. */
    private void hop(InFlight<T> request, LlavaAnswer answer, Throwable problem) {
        if (closed) {
            return;
        }
        LlavaAnswer outcome =
                problem == null
                        ? answer
                        : RequestSubmitter.failure(problem, LlavaErrorCode.INTERNAL);
        try {
            mailbox.execute(() -> complete(request, outcome), "LLaVA answer");
        } catch (RejectedExecutionException ignored) {
            // The task ended between the check and the call; nobody waits for this answer.
        }
    }

    private void complete(InFlight<T> request, LlavaAnswer answer) throws Exception {
        if (!queue.finish(request)) {
            return; // Its time ran out before, or a model completed twice: it has its result.
        }
        request.answered(answer);
        long took = getProcessingTimeService().getCurrentProcessingTime() - request.arrival();
        llavaMetrics.answered(answer, Duration.ofMillis(took));
        emit();
    }

    /** Emits one thing and comes back for the next, so that other mails get their turn between. */
    private void emit() throws Exception {
        queue.emitNext(this::emit);
        if (queue.hasNext()) {
            mailbox.execute(this::emit, "LLaVA result");
        }
    }

    private void emit(InFlight<T> request) {
        StreamRecord<T> record = request.record();
        output.collect(
                record.replace(new LlavaResult<>(record.getValue(), request.answer(), modelName)));
    }

    private void keepInOrder(ThrowingRunnable<Exception> action) throws Exception {
        queue.fence(action);
        emit();
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        keepInOrder(() -> super.processWatermark(mark));
    }

    @Override
    public void processWatermark(WatermarkEvent mark) throws Exception {
        keepInOrder(() -> super.processWatermark(mark));
    }

    @Override
    public void processWatermarkStatus(WatermarkStatus status) throws Exception {
        keepInOrder(() -> super.processWatermarkStatus(status));
    }

    @Override
    public void processLatencyMarker(LatencyMarker marker) throws Exception {
        keepInOrder(() -> super.processLatencyMarker(marker));
    }

    @Override
    public void processRecordAttributes(RecordAttributes attributes) throws Exception {
        keepInOrder(() -> super.processRecordAttributes(attributes));
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        state.store(queue.requests().stream().map(InFlight::record).toList());
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        super.notifyCheckpointComplete(checkpointId);
        state.forget();
    }

    @Override
    public void endInput() throws Exception {
        while (!queue.isEmpty()) {
            mailbox.yield();
        }
    }

    /** Does not wait for generations: it only tells the model that nobody wants them any more. */
    @Override
    public void close() throws Exception {
        closed = true;
        queue.requests().forEach(InFlight::cancel);
        try {
            releaseModel();
        } finally {
            super.close();
        }
    }

    private void releaseModel() {
        if (model != null) {
            model.close();
            model = null;
        }
    }
}
