package io.flinkllava.operators;

import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

import io.flinkllava.flink.metrics.LlavaMetrics;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaException;

import java.util.Optional;

/** Makes of an outcome what the job asked for: a result, a dead letter, or the end of the job. */
final class ResultHandler<I, T> {

    private final OperatorPlan<I, T> plan;
    private final Output<StreamRecord<LlavaResult<T>>> output;
    private final LlavaMetrics metrics;

    ResultHandler(
            OperatorPlan<I, T> plan,
            Output<StreamRecord<LlavaResult<T>>> output,
            LlavaMetrics metrics) {
        this.plan = plan;
        this.output = output;
        this.metrics = metrics;
    }

    /**
     * Fails the job for a failure, where it is told to. Called when the outcome is there, not when
     * it would leave: no checkpoint may hold an outcome that fails each restart.
     *
     * @throws LlavaException the failure
     */
    void check(Outcome outcome) {
        if (plan.settings().errors() == ErrorPolicy.FAIL
                && outcome.answer() instanceof LlavaAnswer.Failure failure) {
            throw new LlavaException(failure.code(), failure.message());
        }
    }

    /** Emits what becomes of a finished record; nothing for one that asked nothing. */
    void emit(InFlight<I> request, long now) {
        Optional<Outcome> outcome = request.outcome();
        if (outcome.isEmpty()) {
            return;
        }
        if (outcome.get().answer() instanceof LlavaAnswer.Failure failure
                && plan.settings().errors() == ErrorPolicy.SIDE_OUTPUT) {
            metrics.deadLetter();
            output.collect(
                    plan.deadLetters(),
                    timed(request, letter(request, outcome.get(), failure, now)));
        } else {
            output.collect(timed(request, result(request, outcome.get())));
        }
    }

    private LlavaResult<T> result(InFlight<I> request, Outcome outcome) {
        return new LlavaResult<>(
                plan.record().apply(request.value()),
                outcome.answer(),
                outcome.model(),
                outcome.modelVersion());
    }

    private DeadLetter<T> letter(
            InFlight<I> request, Outcome outcome, LlavaAnswer.Failure failure, long now) {
        return new DeadLetter<>(
                plan.record().apply(request.value()),
                failure.code(),
                failure.message(),
                request.attempts(),
                now,
                outcome.model(),
                outcome.modelVersion(),
                request.record().hasTimestamp() ? request.record().getTimestamp() : null);
    }

    private static <V> StreamRecord<V> timed(InFlight<?> request, V value) {
        return request.record().hasTimestamp()
                ? new StreamRecord<>(value, request.record().getTimestamp())
                : new StreamRecord<>(value);
    }
}
