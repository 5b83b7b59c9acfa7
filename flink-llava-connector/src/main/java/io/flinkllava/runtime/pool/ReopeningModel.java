package io.flinkllava.runtime.pool;

import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelInfo;
import io.flinkllava.runtime.TokenListener;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * What lessees see of a pooled model: whichever is open now. A model that broke is closed and
 * opened anew by the first request that finds it so; requests wait for that, nobody's thread does.
 * A request that was in a model when it broke is asked once more, and then fails as it failed.
 */
final class ReopeningModel implements LlavaModel {

    private static final int RETRIES = 1;

    private final Supplier<CompletableFuture<LlavaModel>> open;
    private volatile LlavaModel last;

    /**
     * Shows a model.
     *
     * @param open the model that is open, or will be; opens it anew if it broke
     */
    ReopeningModel(Supplier<CompletableFuture<LlavaModel>> open) {
        this.open = open;
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
        ask(request, new Resumed(listener), answer, RETRIES);
        return answer;
    }

    private void ask(
            LlavaRequest request,
            Resumed listener,
            CompletableFuture<LlavaAnswer> answer,
            int retries) {
        var unused =
                open.get()
                        .whenComplete(
                                (model, fault) -> {
                                    if (fault != null) {
                                        answer.complete(failure(fault));
                                    } else if (!answer.isDone()) {
                                        ask(model, request, listener, answer, retries);
                                    }
                                });
    }

    private void ask(
            LlavaModel model,
            LlavaRequest request,
            Resumed listener,
            CompletableFuture<LlavaAnswer> answer,
            int retries) {
        CompletableFuture<LlavaAnswer> given = model.submit(request, listener.hearAgain());
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
                                answer.complete(failure(fault));
                            } else if (retries > 0 && brokeUnder(model, result)) {
                                ask(request, listener, answer, retries - 1);
                            } else {
                                answer.complete(result);
                            }
                            return result;
                        });
    }

    private static boolean brokeUnder(LlavaModel model, LlavaAnswer result) {
        return result instanceof LlavaAnswer.Failure failure
                && failure.code() != LlavaErrorCode.INPUT
                && !model.isUsable();
    }

    private static LlavaAnswer failure(Throwable fault) {
        Throwable cause =
                fault instanceof CompletionException && fault.getCause() != null
                        ? fault.getCause()
                        : fault;
        return cause instanceof LlavaException known
                ? new LlavaAnswer.Failure(known.code(), known.getMessage())
                : new LlavaAnswer.Failure(
                        LlavaErrorCode.INTERNAL, "The model does not open: " + cause);
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
