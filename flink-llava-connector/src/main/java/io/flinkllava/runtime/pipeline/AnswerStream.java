package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.TokenListener;
import io.flinkllava.runtime.engine.TokenObserver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Takes the tokens of one answer from the engine's thread to a listener, as text, and completes the
 * answer behind the last piece. A listener that throws fails the answer.
 */
final class AnswerStream implements TokenObserver {

    private static final Logger LOG = LoggerFactory.getLogger(AnswerStream.class);

    private final Optional<TextPieces> pieces;
    private final TokenListener listener;
    private final CompletableFuture<LlavaAnswer> answer;
    private final Executor inOrder;

    /**
     * Begins an answer.
     *
     * @param pieces empty where the answer is told at its end
     * @param threads where texts are decoded and the listener is called
     */
    AnswerStream(
            Optional<TextPieces> pieces,
            TokenListener listener,
            CompletableFuture<LlavaAnswer> answer,
            Executor threads) {
        this.pieces = pieces;
        this.listener = listener;
        this.answer = answer;
        this.inOrder = new InOrder(threads);
    }

    @Override
    public void onToken(int token) {
        pieces.ifPresent(
                text -> inOrder.execute(() -> hear(() -> text.add(token), text.tokens() + 1)));
    }

    /** Completes the answer, which is made where it is told. */
    void end(Supplier<LlavaAnswer> whole) {
        inOrder.execute(
                () -> {
                    LlavaAnswer given = made(whole);
                    if (given instanceof LlavaAnswer.Text text) {
                        hear(
                                () -> pieces.map(p -> p.rest(text.text())).orElse(text.text()),
                                text.completionTokens());
                    }
                    answer.complete(given);
                });
    }

    private static LlavaAnswer made(Supplier<LlavaAnswer> whole) {
        try {
            return whole.get();
        } catch (Throwable e) {
            return LlavaAnswer.Failure.of(e);
        }
    }

    private void hear(Supplier<String> next, int tokens) {
        if (answer.isDone()) {
            return;
        }
        try {
            String piece = next.get();
            if (!piece.isEmpty()) {
                listener.onText(piece, tokens);
            }
        } catch (Throwable e) {
            LOG.debug("A listener failed", e);
            answer.complete(
                    new LlavaAnswer.Failure(
                            LlavaErrorCode.INPUT, "The listener of the answer failed: " + e));
        }
    }
}
