package io.flinkllava.runtime.pool;

import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelInfo;
import io.flinkllava.runtime.TokenListener;
import io.flinkllava.runtime.engine.Deadline;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What lessees see of a pooled model: whichever is open now. A model that broke is closed and
 * opened anew by the first request that finds it so; requests wait for that, nobody's thread does.
 * A request that was in a model when it broke is asked once more, and then fails as it failed. Its
 * time limit is one for all of that.
 */
final class ReopeningModel implements LlavaModel {

    private static final int RETRIES = 1;

    private final Supplier<CompletableFuture<LlavaModel>> open;
    private final ScheduledExecutorService clock;
    private volatile LlavaModel last;

    /**
     * Shows a model.
     *
     * @param open the model that is open, or will be; opens it anew if it broke
     * @param clock ends what waits for that too long
     */
    ReopeningModel(Supplier<CompletableFuture<LlavaModel>> open, ScheduledExecutorService clock) {
        this.open = open;
        this.clock = clock;
    }

    /** Says that this one is open from now on. */
    void opened(LlavaModel model) {
        last = model;
    }

    /** The model that was opened last, which may be broken or closed by now. */
    LlavaModel last() {
        return last;
    }

    @Override
    public CompletableFuture<LlavaAnswer> submit(LlavaRequest request) {
        return submit(request, TokenListener.NONE);
    }

    @Override
    public CompletableFuture<LlavaAnswer> submit(LlavaRequest request, TokenListener listener) {
        CompletableFuture<LlavaAnswer> answer = new CompletableFuture<>();
        Deadline deadline = Deadline.after(request.timeLimit(), System.nanoTime());
        ask(new Asked(request, deadline, new Resumed(listener), answer), RETRIES);
        return answer;
    }

    private void ask(Asked asked, int retries) {
        CompletableFuture<LlavaModel> opening = open.get();
        if (!opening.isDone()) {
            asked.failWhenLate(opening, clock);
        }
        var unused =
                opening.whenComplete(
                        (model, fault) -> {
                            if (fault != null) {
                                asked.answer().complete(doesNotOpen(fault));
                            } else if (!asked.answer().isDone()) {
                                asked.answerOrFail(() -> ask(model, asked, retries));
                            }
                        });
    }

    private void ask(LlavaModel model, Asked asked, int retries) {
        CompletableFuture<LlavaAnswer> answer = asked.answer();
        CompletableFuture<LlavaAnswer> given =
                model.submit(asked.withTimeLeft(), asked.listener().hearAgain());
        var unused =
                answer.whenComplete(
                        (result, fault) -> {
                            if (fault instanceof CancellationException) {
                                given.cancel(false);
                            }
                        });
        unused =
                given.handle(
                        (result, fault) -> {
                            if (fault != null) {
                                answer.complete(LlavaAnswer.Failure.of(fault));
                            } else if (retries > 0 && brokeUnder(model, result)) {
                                asked.answerOrFail(() -> ask(asked, retries - 1));
                            } else {
                                answer.complete(asked.asLate(result));
                            }
                            return result;
                        });
    }

    private static boolean brokeUnder(LlavaModel model, LlavaAnswer result) {
        return result instanceof LlavaAnswer.Failure failure
                && failure.code() != LlavaErrorCode.INPUT
                && !model.isUsable();
    }

    private static LlavaAnswer doesNotOpen(Throwable fault) {
        return LlavaAnswer.Failure.of(
                fault instanceof LlavaException
                        ? fault
                        : new LlavaException(
                                LlavaErrorCode.INTERNAL, "The model does not open: " + fault));
    }

    @Override
    public ModelInfo info() {
        return last.info();
    }

    @Override
    public EngineCounters counters() {
        return last.counters();
    }

    /** Not to be called: the pool owns the model, and a lease is what its holder closes. */
    @Override
    public void close() {
        throw new IllegalStateException("The model is the pool's: close the lease");
    }

    /** A request on its way to an answer, through one model or two. */
    private record Asked(
            LlavaRequest request,
            Deadline deadline,
            Resumed listener,
            CompletableFuture<LlavaAnswer> answer) {

        LlavaRequest withTimeLeft() {
            long left = Math.max(0, deadline.nanos() - System.nanoTime());
            return deadline.isNever() ? request : request.withTimeLimit(Duration.ofNanos(left));
        }

        /** A future would keep what is thrown to itself, and the answer would never come. */
        void answerOrFail(Runnable step) {
            try {
                step.run();
            } catch (RuntimeException | Error e) {
                answer.completeExceptionally(e);
            }
        }

        /** The model knew what was left of the limit: a message names all of it. */
        LlavaAnswer asLate(LlavaAnswer result) {
            return result instanceof LlavaAnswer.Failure failure
                            && failure.code() == LlavaErrorCode.CAPACITY
                            && deadline.isPast(System.nanoTime())
                    ? LlavaAnswer.Failure.of(deadline.exceeded())
                    : result;
        }

        void failWhenLate(CompletableFuture<LlavaModel> opening, ScheduledExecutorService clock) {
            if (deadline.isNever()) {
                return;
            }
            Future<?> alarm =
                    clock.schedule(
                            () -> answer.complete(LlavaAnswer.Failure.of(deadline.exceeded())),
                            deadline.nanos() - System.nanoTime(),
                            TimeUnit.NANOSECONDS);
            // From then on the model knows the time that is left.
            var unused = opening.whenComplete((model, fault) -> alarm.cancel(false));
        }
    }

    /** Hears of an answer that is given anew only what it has not heard yet. */
    private static final class Resumed {

        private final TokenListener listener;
        private int told;

        Resumed(TokenListener listener) {
            this.listener = listener;
        }

        TokenListener hearAgain() {
            if (listener == TokenListener.NONE) {
                return listener;
            }
            return new TokenListener() {
                private int heard;

                @Override
                public void onText(String text, int tokens) {
                    int known = Math.min(text.length(), told - heard);
                    heard += text.length();
                    if (known < text.length()) {
                        told = heard;
                        listener.onText(text.substring(known), tokens);
                    }
                }
            };
        }
    }
}
