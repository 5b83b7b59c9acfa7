package io.flinkllava.udfs.request;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaRequest;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * A row's request on its way. It is answered once, by the model, by its time limit or because it is
 * given up, whichever comes first, and what still works for it then is cancelled. Thread-safe.
 */
final class PendingRequest {

    private final TimeLimit timeLimit;
    private final CompletableFuture<LlavaAnswer> answer = new CompletableFuture<>();
    private volatile LlavaRequest request;

    PendingRequest(TimeLimit timeLimit) {
        this.timeLimit = timeLimit;
    }

    TimeLimit timeLimit() {
        return timeLimit;
    }

    /** Never fails. */
    CompletableFuture<LlavaAnswer> answer() {
        return answer;
    }

    boolean isDone() {
        return answer.isDone();
    }

    /** Its pictures are there. */
    void isReady(LlavaRequest complete) {
        request = complete;
    }

    /** What the model is asked now, with the time that is left. */
    LlavaRequest request() {
        return request.withTimeLimit(timeLimit.left());
    }

    /** Cancels the work once there is an answer, at once if it is there. */
    void waitsFor(Future<?> work) {
        var unused = answer.whenComplete((any, none) -> work.cancel(false));
    }

    void answered(LlavaAnswer given) {
        answer.complete(isLate(given) ? failure(timeLimit.exceeded()) : given);
    }

    /** Whether it failed because its time is over. */
    boolean isLate(LlavaAnswer given) {
        return given instanceof LlavaAnswer.Failure failure
                && failure.code() == LlavaErrorCode.CAPACITY
                && timeLimit.isOver();
    }

    void failed(Throwable fault) {
        answer.complete(failure(fault));
    }

    private static LlavaAnswer.Failure failure(Throwable fault) {
        return LlavaAnswer.Failure.of(fault, LlavaErrorCode.INTERNAL);
    }
}
