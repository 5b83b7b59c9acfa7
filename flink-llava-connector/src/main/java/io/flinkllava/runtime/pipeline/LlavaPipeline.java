package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelInfo;
import io.flinkllava.runtime.TokenListener;
import io.flinkllava.runtime.engine.Deadline;
import io.flinkllava.runtime.engine.Generation;
import io.flinkllava.runtime.engine.GenerationEngine;
import io.flinkllava.runtime.engine.TokenObserver;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A loaded model: the way of a request from encoded pictures and a question to an answer.
 *
 * <pre>
 * images   --ImageDecoder--> RGB --VisualProcessor--> pixel values [n, 3, side, side] --\
 * messages --ChatTemplate--> text --LlavaTokenizer--> ids with image tokens [length] ---> Prompt
 * Prompt   --AnswerPlan--> one engine request, or one for each candidate or choice
 *          --GenerationEngine--> ids of the answers --LlavaTokenizer--> text --> LlavaAnswer
 * </pre>
 *
 * <p>What comes before and after the engine runs on the pipeline's own threads, so that neither the
 * caller nor the engine waits for it.
 */
final class LlavaPipeline implements LlavaModel {

    private final ModelInfo info;
    private final RequestPreparation preparation;
    private final Intake intake;
    private final GenerationEngine engine;
    private final ModelThreads threads;

    /** Takes over the engine, the threads and what the preparation holds. */
    LlavaPipeline(
            ModelInfo info,
            RequestPreparation preparation,
            Intake intake,
            GenerationEngine engine,
            ModelThreads threads) {
        this.info = info;
        this.preparation = preparation;
        this.intake = intake;
        this.engine = engine;
        this.threads = threads;
    }

    @Override
    public CompletableFuture<LlavaAnswer> submit(LlavaRequest request) {
        return submit(request, TokenListener.NONE);
    }

    @Override
    public CompletableFuture<LlavaAnswer> submit(LlavaRequest request, TokenListener listener) {
        CompletableFuture<LlavaAnswer> answer = new CompletableFuture<>();
        long arrived = System.nanoTime();
        Deadline deadline = Deadline.after(request.timeLimit(), arrived);
        Runnable turn = () -> generate(request, arrived, deadline, listener, answer);
        if (!intake.offer(answer, deadline, turn)) {
            answer.complete(refusal());
        }
        return answer;
    }

    private void generate(
            LlavaRequest request,
            long arrived,
            Deadline deadline,
            TokenListener listener,
            CompletableFuture<LlavaAnswer> answer) {
        if (intake.isClosed()) {
            answer.complete(refusal());
        }
        if (answer.isDone()) {
            return;
        }
        long start = System.nanoTime();
        if (deadline.isPast(start)) {
            throw deadline.exceeded();
        }
        AnswerPlan plan = preparation.prepare(request);
        TimeBefore before = new TimeBefore(start - arrived, System.nanoTime() - start);
        AnswerStream stream = new AnswerStream(plan.pieces(), listener, answer, threads.telling());
        CompletableFuture<List<Generation>> generations =
                engine.submit(
                        plan.requests(),
                        deadline,
                        listener == TokenListener.NONE ? TokenObserver.NONE : stream);
        endWith(answer, generations);
        var unused =
                generations.whenComplete(
                        (all, fault) ->
                                stream.end(
                                        () ->
                                                fault == null
                                                        ? plan.answer(all, before)
                                                        : LlavaAnswer.Failure.of(fault)));
    }

    /** An answer that its caller cancelled, or that its listener failed, gets no more steps. */
    private static void endWith(
            CompletableFuture<LlavaAnswer> answer,
            CompletableFuture<List<Generation>> generations) {
        var unused = answer.whenComplete((result, fault) -> generations.cancel(false));
    }

    private LlavaAnswer refusal() {
        if (intake.isClosed()) {
            return closed();
        }
        return LlavaAnswer.Failure.of(LlavaException.queueIsFull());
    }

    /** A model that broke is closed soon after, and it is the first that matters. */
    private LlavaAnswer closed() {
        return engine.fault()
                .map(fault -> LlavaAnswer.Failure.of(fault))
                .orElse(new LlavaAnswer.Failure(LlavaErrorCode.MODEL, "The model is closed"));
    }

    @Override
    public ModelInfo info() {
        return info;
    }

    @Override
    public boolean isUsable() {
        return engine.isRunning();
    }

    /** A request on its way into the engine is rather seen twice than not at all. */
    @Override
    public EngineCounters counters() {
        return engine.counters(intake.waiting());
    }

    @Override
    public void close() {
        intake.close(closed());
        if (threads.areCalling()) {
            threads.runBeside(this::finishClosing);
        } else {
            finishClosing();
        }
    }

    private void finishClosing() {
        engine.close();
        // What is still being prepared or told uses the tokenizer's native memory.
        threads.close();
        preparation.close();
    }
}
