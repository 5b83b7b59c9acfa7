package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.LlavaAnswer.FinishReason;

import java.util.Optional;

/** One answer on its way through the engine. Owned by the engine's thread once submitted. */
final class Sequence {

    private final SequenceGroup group;
    private final GenerationRequest request;
    private final TokenObserver observer;
    private final int tokenLimit;
    private final long arrivedNanos;
    private final TokenHistory history;
    private final TokenChoice choice;
    private long startedNanos;
    private long firstTokenNanos;
    private int row;
    private boolean begun;
    private int prefilled;

    Sequence(
            SequenceGroup group,
            GenerationRequest request,
            TokenObserver observer,
            int sequenceLength,
            long arrivedNanos) {
        this.group = group;
        this.request = request;
        this.observer = observer;
        this.tokenLimit =
                Math.min(request.maxNewTokens(), sequenceLength - request.prompt().length());
        this.arrivedNanos = arrivedNanos;
        this.history = new TokenHistory(request.prompt().tokenIds());
        this.choice = new TokenChoice(request);
    }

    /** Those of the same request. */
    SequenceGroup group() {
        return group;
    }

    Prompt prompt() {
        return request.prompt();
    }

    long arrivedNanos() {
        return arrivedNanos;
    }

    Deadline deadline() {
        return group.deadline();
    }

    /** Nobody waits for the answer any more. */
    boolean isAbandoned() {
        return group.future().isDecided();
    }

    int row() {
        return row;
    }

    /** Takes a row, which is for {@link KvRows} to give. */
    void occupy(int freeRow) {
        row = freeRow;
    }

    /** Takes part in a step for the first time. */
    void begin(long nowNanos) {
        begun = true;
        startedNanos = nowNanos;
    }

    boolean isBegun() {
        return begun;
    }

    void prefilled(int positions) {
        prefilled = positions;
    }

    /** Positions of the prompt that are in the row. */
    int prefilled() {
        return prefilled;
    }

    int lastToken() {
        return history.get(history.length() - 1);
    }

    /** Whether all scores of the next token are needed on the host, not the best token alone. */
    boolean needsScores() {
        return choice.needsScores();
    }

    /** Chooses the next token. */
    int choose(StepScores scores, int index, ScoreScratch scratch) {
        int left = tokenLimit - history.answer().size();
        return choice.choose(scores, index, history, left, scratch);
    }

    /** Adds a token and says whether it was the last one. */
    Optional<FinishReason> append(int token, long nowNanos) {
        if (history.answer().isEmpty()) {
            firstTokenNanos = nowNanos;
        }
        history.append(token);
        choice.append(token);
        observer.onToken(token);
        if (request.eosTokenIds().contains(token) || request.stop().isMet(history.answer())) {
            return Optional.of(FinishReason.STOP);
        }
        return history.answer().size() >= tokenLimit
                ? Optional.of(FinishReason.LENGTH)
                : Optional.empty();
    }

    Generation finish(FinishReason reason, long nowNanos) {
        return new Generation(
                history.answer(),
                reason,
                choice.logProbability(),
                startedNanos - arrivedNanos,
                firstTokenNanos - startedNanos,
                nowNanos - firstTokenNanos);
    }
}
