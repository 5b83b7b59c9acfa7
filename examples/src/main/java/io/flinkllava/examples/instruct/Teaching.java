package io.flinkllava.examples.instruct;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiter;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Gives assignments to the teacher, no faster than allowed. Whatever the teacher does, each
 * assignment has one result.
 */
final class Teaching extends RichAsyncFunction<Assignment, Taught> {

    private static final long serialVersionUID = 1L;

    private final Teacher teacher;
    private final double perSecond;
    private transient Teacher.Lesson lesson;
    private transient RateLimiter<?> limiter;
    private transient Counter asked;

    /**
     * Makes the function.
     *
     * @param perSecond assignments that all subtasks may give together in a second
     */
    Teaching(Teacher teacher, double perSecond) {
        this.teacher = teacher;
        this.perSecond = perSecond;
    }

    @Override
    public void open(OpenContext context) {
        lesson = teacher.open();
        int subtasks = getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
        limiter = RateLimiterStrategy.perSecond(perSecond).createRateLimiter(subtasks);
        asked = getRuntimeContext().getMetricGroup().counter("teacher_requests");
    }

    @Override
    public void asyncInvoke(Assignment assignment, ResultFuture<Taught> result) {
        asked.inc();
        CompletableFuture<Taught> taught =
                limiter.acquire()
                        .thenCompose(permit -> lesson.write(assignment))
                        .toCompletableFuture()
                        .handle((text, problem) -> taught(assignment, text, problem));
        var unused =
                taught.whenComplete(
                        (value, fault) -> {
                            if (fault == null) {
                                result.complete(List.of(value));
                            } else {
                                result.completeExceptionally(fault);
                            }
                        });
    }

    private static Taught taught(Assignment assignment, String text, Throwable problem) {
        Throwable cause =
                problem instanceof CompletionException && problem.getCause() != null
                        ? problem.getCause()
                        : problem;
        if (cause instanceof TeacherUnavailableException busy) {
            return Taught.failed(assignment, busy.getMessage(), true);
        }
        if (cause != null) {
            return Taught.failed(assignment, String.valueOf(cause.getMessage()), false);
        }
        try {
            return Taught.sample(assignment, Turns.read(text));
        } catch (MalformedSampleException e) {
            return Taught.malformed(assignment, text, e.getMessage());
        }
    }

    @Override
    public void timeout(Assignment assignment, ResultFuture<Taught> result) {
        result.complete(
                List.of(Taught.failed(assignment, "The teacher did not answer in time", false)));
    }

    @Override
    public void close() {
        if (lesson != null) {
            lesson.close();
        }
    }
}
