package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.LlavaAnswer.FinishReason;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One request on its way through the engine. Owned by the engine thread once submitted; the future
 * is the only part that others touch.
 */
final class Sequence {

    private final GenerationRequest request;
    private final int tokenLimit;
    private final long arrivedNanos;
    private final CompletableFuture<Generation> future = new CompletableFuture<>();
    private final List<Integer> tokens = new ArrayList<>();
    private long startedNanos;
    private int row;

    Sequence(GenerationRequest request, int sequenceLength, long arrivedNanos) {
        this.request = request;
        this.tokenLimit =
                Math.min(request.maxNewTokens(), sequenceLength - request.prompt().length());
        this.arrivedNanos = arrivedNanos;
    }

    CompletableFuture<Generation> future() {
        return future;
    }

    Prompt prompt() {
        return request.prompt();
    }

    long arrivedNanos() {
        return arrivedNanos;
    }

    /** Nobody waits for the answer any more. */
    boolean isAbandoned() {
        return future.isDone();
    }

    int row() {
        return row;
    }

    void start(int freeRow, long nowNanos) {
        row = freeRow;
        startedNanos = nowNanos;
    }

    int lastToken() {
        return tokens.get(tokens.size() - 1);
    }

    /** Whether the next token must not end the answer, so that its scores are needed. */
    boolean mustGoOn() {
        return tokens.size() < request.minNewTokens();
    }

    boolean endsWith(int token) {
        return request.eosTokenIds().contains(token);
    }

    /** Adds a token and says whether it was the last one. */
    Optional<FinishReason> append(int token) {
        tokens.add(token);
        if (endsWith(token)) {
            return Optional.of(FinishReason.STOP);
        }
        return tokens.size() >= tokenLimit ? Optional.of(FinishReason.LENGTH) : Optional.empty();
    }

    Generation finish(FinishReason reason, long nowNanos) {
        return new Generation(tokens, reason, startedNanos - arrivedNanos, nowNanos - startedNanos);
    }
}
