package io.flinkllava.operators;

import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.event.WatermarkEvent;
import org.apache.flink.runtime.jobgraph.JobType;
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
import org.apache.flink.util.ExceptionUtils;
import org.apache.flink.util.IOUtils;
import org.apache.flink.util.function.ThrowingRunnable;

import io.flinkllava.flink.metrics.LlavaMetrics;
import io.flinkllava.flink.pictures.PictureReader;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.ModelInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;

/**
 * Asks a model about each record, without waiting for the answer before it takes the next record.
 *
 * <p>The way of a record: it waits for room, joins the {@link InFlightQueue} and, when {@link
 * Turns} says so, asks the model of its version. A failure that may pass is asked again after a
 * pause. The outcome leaves when the queue lets it: as a result, as a dead letter, or as the end of
 * the job.
 *
 * <p>Threading: everything happens in the task's thread. Answers are completed by the model's
 * threads and hop to the mailbox; waiting for room in the queue or for the end is {@code yield},
 * which lets the mailbox run.
 *
 * <p>State: the records in flight are written at a snapshot and asked about again after a restore,
 * so a record may be submitted more than once and has one outcome. Watermarks are not kept: they
 * only promise, and a source that is restored promises again.
 *
 * <p>What is not a record (watermarks, idleness, latency markers, attributes) keeps its place among
 * the records.
 *
 * @param <I> what arrives: a record, or a {@link Question} that contains one
 * @param <T> the job's records
 */
final class LlavaOperator<I, T> extends AbstractStreamOperator<LlavaResult<T>>
        implements OneInputStreamOperator<I, LlavaResult<T>>, BoundedOneInput {

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(LlavaOperator.class);

    private static final int MOST_PICTURES_AT_ONCE = 32;

    /** After that long, a model that others ask as well may have room. */
    private static final long FULL_QUEUE_MILLIS = 50;

    private static final long NO_ROOM_MILLIS = 1000;

    private final transient OperatorPlan<I, T> plan;
    private final transient QueueSettings settings;
    private final transient MailboxExecutor mailbox;
    private final transient InFlightQueue<InFlight<I>> queue;

    /** Have their turn, but their model has no room beside those that are open. */
    private final transient List<InFlight<I>> withoutModel = new ArrayList<>();

    private transient boolean lookingForRoom;
    private transient StepKind kind;
    private transient InFlightState<I> state;
    private transient Turns<I> turns;
    private transient boolean restored;
    private transient long nextSequence;
    private transient TypeSerializer<I> inputSerializer;
    private transient TaskModels models;
    private transient PictureReader pictures;
    private transient RequestSubmitter submitter;
    private transient LlavaMetrics llavaMetrics;
    private transient ResultHandler<I, T> results;
    private transient volatile boolean closed;

    LlavaOperator(StreamOperatorParameters<LlavaResult<T>> parameters, OperatorPlan<I, T> plan) {
        super(parameters);
        this.plan = plan;
        this.settings = plan.settings();
        this.mailbox = parameters.getMailboxExecutor();
        this.queue = new InFlightQueue<>(settings.ordered());
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        restored = context.isRestored();
        kind = new StepKind(plan.kind(), context.getOperatorStateStore());
        if (plan.keyed()) {
            state =
                    new KeyedInFlightState<>(
                            getKeyedStateBackend(),
                            context.getKeyedStateStore(),
                            plan.inputType(),
                            this::own,
                            restored);
            turns = onePerKey(plan.memory(), context);
        } else {
            state = new OperatorInFlightState<>(context.getOperatorStateStore(), plan.inputType());
            turns = new EveryoneAtOnce<>(plan.drafts());
        }
    }

    private <M> Turns<I> onePerKey(KeyMemory<I, M> memory, StateInitializationContext context) {
        boolean batch = getContainingTask().getEnvironment().getJobType() == JobType.BATCH;
        return new OnePerKey<>(memory, this, context.getKeyedStateStore(), batch);
    }

    @Override
    public void open() throws Exception {
        super.open();
        inputSerializer =
                plan.inputType().createSerializer(getExecutionConfig().getSerializerConfig());
        models = new TaskModels(plan.models(), getRuntimeContext(), this::now);
        // Where models change, the first may be long gone when a job is restored.
        if (!plan.modelChanges() || !restored) {
            models.openFirst(restored);
        }
        // Without a model it is not known yet how many records there will be.
        int picturesAtOnce =
                models.current().isPresent()
                        ? Math.min(capacity(), MOST_PICTURES_AT_ONCE)
                        : MOST_PICTURES_AT_ONCE;
        pictures = PictureReader.open(plan.pictures(), picturesAtOnce);
        submitter = new RequestSubmitter(pictures);
        llavaMetrics = new LlavaMetrics(getMetricGroup());
        llavaMetrics.queue(queue::size, this::capacity);
        llavaMetrics.model(models::current, models::loadMillis);
        results = new ResultHandler<>(plan, output, llavaMetrics);
        List<StoredRequest<I>> inFlight = state.stored();
        if (!inFlight.isEmpty()) {
            LOG.info("Takes back {} records that were in flight", inFlight.size());
        }
        for (StoredRequest<I> stored : inFlight) {
            nextSequence = Math.max(nextSequence, stored.sequence() + 1);
            awaitRoom();
            takeBack(stored);
        }
        state.forget();
        emit();
    }

    private void takeBack(StoredRequest<I> stored) throws Exception {
        InFlight<I> request = inFlight(stored.record(), stored.sequence(), stored.attempts());
        if (stored.finished()) {
            queue.add(request);
            queue.finish(request);
            request.finished(stored.outcome());
            // Or a queue that is full of these would wait for room that nothing makes.
            emit();
        } else {
            take(request);
        }
    }

    @Override
    public void processElement(StreamRecord<I> record) throws Exception {
        awaitRoom();
        take(inFlight(record.copy(own(record.getValue())), nextSequence++, 0));
    }

    private void awaitRoom() throws InterruptedException {
        while (queue.size() >= capacity()) {
            mailbox.yield();
        }
    }

    private int capacity() {
        int rows = models.current().map(model -> model.info().maxBatchSize()).orElse(1);
        return settings.capacity(rows, plan.keyed());
    }

    /** With object reuse whoever sends a value, or gets it, may change it at any time. */
    private I own(I value) {
        return getExecutionConfig().isObjectReuseEnabled() ? inputSerializer.copy(value) : value;
    }

    private InFlight<I> inFlight(StreamRecord<I> record, long sequence, int attempts)
            throws Exception {
        Object key = plan.keyed() ? plan.keys().getKey(record.getValue()) : null;
        return new InFlight<>(record, key, sequence, now(), attempts);
    }

    private long now() {
        return getProcessingTimeService().getCurrentProcessingTime();
    }

    private void take(InFlight<I> request) throws Exception {
        models.arrived(version(request));
        queue.add(request);
        llavaMetrics.requested();
        bound(request, settings.timeout());
        if (turns.arrived(request)) {
            begin(request);
        }
    }

    private void bound(InFlight<I> request, Duration limit) {
        if (request.endsWithin(limit, now())) {
            request.expiresWith(later(request.deadline(), () -> expire(request)));
        }
    }

    /** By mail: the task outlives what a timer throws, one more checkpoint perhaps. */
    private ScheduledFuture<?> later(long time, ThrowingRunnable<Exception> action) {
        return getProcessingTimeService().registerTimer(time, reached -> hop(action, "LLaVA time"));
    }

    private void expire(InFlight<I> request) throws Exception {
        if (queue.isRunning(request)) {
            llavaMetrics.timedOut();
            finish(request, Optional.of(outcome(request, tooLate(request.limit()))));
        }
    }

    private static LlavaAnswer tooLate(Duration limit) {
        return new LlavaAnswer.Failure(
                LlavaErrorCode.CAPACITY,
                "no answer within "
                        + spell(limit)
                        + "; allow more time, or lower capacity or max-new-tokens");
    }

    private static String spell(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }

    /** A record has its turn, for the first time or again. */
    private void begin(InFlight<I> request) {
        request.tries();
        try {
            Optional<LlavaModel> model = models.of(version(request));
            if (model.isEmpty()) {
                request.triedInVain();
                withoutModel.add(request);
                dropOldModels();
                lookForRoomLater();
            } else {
                begin(request, model.get());
            }
        } catch (Exception e) {
            LlavaAnswer.Failure failure = LlavaAnswer.Failure.of(e, LlavaErrorCode.INPUT);
            if (!triesAgain(request, failure)) {
                finishLater(request, Optional.of(outcome(request, failure)));
            }
        }
    }

    private void begin(InFlight<I> request, LlavaModel model) throws Exception {
        if (request.draft().isPresent()) {
            ask(request, model, request.draft().get());
            return;
        }
        Action action = turns.action(request, model.info());
        if (action instanceof Action.Ask asking) {
            ask(request, model, asking.draft());
        } else if (action instanceof Action.Known known) {
            finishLater(request, Optional.of(known.outcome()));
        } else {
            finishLater(request, Optional.empty());
        }
    }

    private ModelVersion version(InFlight<I> request) {
        return plan.version().apply(request.value());
    }

    private void ask(InFlight<I> request, LlavaModel model, RequestDraft draft) {
        bound(request, draft.timeLimit());
        // The model's own limit ends a late request's steps; the timer ends its waiting.
        CompletableFuture<Asked> future =
                submitter.submit(model, draft.within(request.timeLeft(now())));
        request.submitted(future);
        CompletableFuture<Asked> unused =
                future.whenComplete(
                        (asked, error) -> {
                            if (error == null) {
                                hop(() -> answered(request, model, asked), "LLaVA answer");
                            } else if (!future.isCancelled()) {
                                hop(() -> ExceptionUtils.rethrowException(error), "LLaVA error");
                            }
                        });
    }

    /** Runs in any thread. */
    private void hop(ThrowingRunnable<Exception> mail, String description) {
        if (closed) {
            return;
        }
        try {
            mailbox.execute(mail, description);
        } catch (RejectedExecutionException ignored) {
            // The task ended between the check and the call; nobody waits for this any more.
        }
    }

    private void answered(InFlight<I> request, LlavaModel model, Asked asked) throws Exception {
        if (!queue.isRunning(request)) {
            return; // Its time ran out before, or a model completed twice: it has its outcome.
        }
        if (asked.answer() instanceof LlavaAnswer.Failure failure) {
            request.keeps(asked.draft());
            if (isLate(request, failure)) {
                expire(request);
                return;
            }
            if (failure.isQueueFull()) {
                request.triedInVain();
                request.retriesWith(later(now() + FULL_QUEUE_MILLIS, () -> beginAgain(request)));
                return;
            }
            if (triesAgain(request, failure)) {
                return;
            }
        }
        finish(request, Optional.of(outcome(model.info(), asked)));
    }

    private static Outcome outcome(ModelInfo model, Asked asked) {
        return new Outcome(asked.answer(), model.name(), model.fingerprint(), false, asked.gone());
    }

    /** The model may notice before the timer does. */
    private boolean isLate(InFlight<I> request, LlavaAnswer.Failure failure) {
        return failure.code() == LlavaErrorCode.CAPACITY && now() >= request.deadline();
    }

    private boolean triesAgain(InFlight<I> request, LlavaAnswer.Failure failure) {
        RetryPolicy retry = settings.retry();
        if (!retry.retries(failure.code(), request.attempts())) {
            return false;
        }
        long time = now() + retry.pauseMillis(request.attempts(), request.sequence());
        if (time >= request.deadline()) {
            return false;
        }
        llavaMetrics.retried();
        request.retriesWith(later(time, () -> beginAgain(request)));
        return true;
    }

    private void beginAgain(InFlight<I> request) {
        if (queue.isRunning(request)) {
            begin(request);
        }
    }

    /** What went wrong before a model said anything. */
    private Outcome outcome(InFlight<I> request, LlavaAnswer failure) {
        return models.outcome(version(request), failure);
    }

    /** By mail: a long line of records with known answers would make a deep stack. */
    private void finishLater(InFlight<I> request, Optional<Outcome> outcome) {
        hop(() -> finish(request, outcome), "LLaVA outcome");
    }

    private void finish(InFlight<I> request, Optional<Outcome> outcome) throws Exception {
        if (!queue.isRunning(request)) {
            return; // Its time ran out before.
        }
        outcome.ifPresent(what -> count(request, what));
        outcome.ifPresent(results::check);
        queue.finish(request);
        withoutModel.remove(request);
        request.finished(outcome);
        turns.finished(request).ifPresent(this::begin);
        dropOldModels();
        emit();
    }

    private void count(InFlight<I> request, Outcome outcome) {
        Duration took = Duration.ofMillis(now() - request.arrival());
        if (outcome.remembered()) {
            llavaMetrics.answeredFromMemory(took);
        } else {
            llavaMetrics.answered(outcome.answer(), took);
        }
    }

    private void dropOldModels() {
        if (!withoutModel.isEmpty()) {
            makeRoom();
        } else if (models.size() > 1) {
            models.keep(queue.running().stream().map(this::version).toList());
        }
    }

    /** Only what is being asked at this moment may keep a model that another one waits for. */
    private void makeRoom() {
        List<ModelVersion> asked =
                queue.running().stream().filter(InFlight::isTrying).map(this::version).toList();
        if (models.keepOnly(asked)) {
            beginThoseWithoutModel();
        }
    }

    private void beginThoseWithoutModel() {
        List<InFlight<I>> waiting = List.copyOf(withoutModel);
        withoutModel.clear();
        waiting.forEach(this::begin);
    }

    /** Other tasks may have models on the same device, and say nothing when they close them. */
    private void lookForRoomLater() {
        if (lookingForRoom || withoutModel.isEmpty()) {
            return;
        }
        lookingForRoom = true;
        var unused =
                later(
                        now() + NO_ROOM_MILLIS,
                        () -> {
                            lookingForRoom = false;
                            beginThoseWithoutModel();
                        });
    }

    /** Emits one thing and comes back for the next, so that other mails get their turn between. */
    private void emit() throws Exception {
        queue.emitNext(request -> results.emit(request, now()));
        if (queue.hasNext()) {
            hop(this::emit, "LLaVA result");
        }
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
        kind.store();
        state.store(queue.requests());
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
        IOUtils.closeAll(pictures, models, super::close);
    }
}
