package io.flinkllava.udfs.function;

import org.apache.flink.table.functions.FunctionContext;

import io.flinkllava.flink.options.LlavaSettings;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.udfs.request.ModelSession;
import io.flinkllava.udfs.request.Part;
import io.flinkllava.udfs.request.Reply;
import io.flinkllava.udfs.request.RequestParts;
import io.flinkllava.udfs.request.RequestTemplate;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A call in a task. Used and closed by the task's thread. */
final class OpenCall implements AutoCloseable {

    private static final String FUNCTION_GROUP = "function";
    private static final String MODEL_GROUP = "model";

    private final PlannedCall planned;
    private final FunctionContext context;
    private final Map<String, ModelSession> sessions = new HashMap<>();
    private Optional<Object> lastIdentity = Optional.empty();
    private Reply lastReply;

    OpenCall(PlannedCall planned, FunctionContext context) {
        this.planned = planned;
        this.context = context;
    }

    /** See {@link PlannedCall#parts}. */
    RequestParts parts(Object... values) {
        return planned.parts(values);
    }

    /** See {@link PlannedCall#isNull}. */
    boolean isNull(RequestParts parts) {
        return planned.isNull(parts);
    }

    /** Asks; the future never fails. */
    CompletableFuture<Reply> ask(RequestParts parts) {
        String model = parts.text(Part.MODEL).orElse(FunctionSettings.STANDARD);
        LlavaSettings settings;
        try {
            settings = planned.settings().model(model);
        } catch (LlavaException e) {
            return CompletableFuture.completedFuture(unknownModel(e));
        }
        return session(model)
                .ask(
                        new RequestTemplate(
                                planned.call().task().prompt(),
                                "",
                                settings.generation(),
                                settings.requestTimeout()),
                        parts);
    }

    private static Reply unknownModel(LlavaException problem) {
        return new Reply(
                new LlavaAnswer.Failure(problem.code(), problem.getMessage()), "", Duration.ZERO);
    }

    /**
     * Asks and waits. Flink calls a function as often as a statement names it, though for equal
     * calls in a row one answer is enough.
     */
    Reply answer(RequestParts parts) {
        Optional<Object> identity = identity(parts);
        if (identity.isPresent() && identity.equals(lastIdentity)) {
            return lastReply;
        }
        Reply reply =
                ModelSession.await(
                        ask(parts), () -> sessions.values().forEach(ModelSession::giveUp));
        lastIdentity = reply.answer() instanceof LlavaAnswer.Text ? identity : Optional.empty();
        lastReply = reply;
        return reply;
    }

    private static Optional<Object> identity(RequestParts parts) {
        try {
            return parts.identity();
        } catch (LlavaException e) {
            // Asking will tell.
            return Optional.empty();
        }
    }

    /**
     * The session of a model, opened when it is first asked for.
     *
     * @throws LlavaException MODEL if it cannot be opened
     */
    ModelSession session(String model) {
        return sessions.computeIfAbsent(
                model,
                name ->
                        ModelSession.open(
                                planned.settings().model(name),
                                context,
                                context.getMetricGroup()
                                        .addGroup(FUNCTION_GROUP, planned.call().name())
                                        .addGroup(MODEL_GROUP, name.isEmpty() ? "standard" : name),
                                planned.inFlight()));
    }

    @Override
    public void close() {
        sessions.values().forEach(ModelSession::close);
    }
}
