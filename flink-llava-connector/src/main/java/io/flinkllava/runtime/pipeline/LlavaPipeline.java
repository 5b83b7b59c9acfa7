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
import io.flinkllava.runtime.text.LlavaTokenizer;

import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A loaded model: the way of a request from encoded pictures and a question to an answer.
 *
 * <pre>
 * images   --ImageDecoder--> RGB --ImageProcessor--> pixel values [n, 3, side, side] --\
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
    private final GenerationEngine engine;
    private final LlavaTokenizer tokenizer;
    private final OptionalInt characterPart;
    private final ExecutorService workers;

    /** Takes over the engine, the tokenizer and the workers. */
    LlavaPipeline(
            ModelInfo info,
            RequestPreparation preparation,
            GenerationEngine engine,
            LlavaTokenizer tokenizer,
            ExecutorService workers) {
        this.info = info;
        this.preparation = preparation;
        this.engine = engine;
        this.tokenizer = tokenizer;
        this.characterPart = tokenizer.characterPart();
        this.workers = workers;
    }

    @Override
    public CompletableFuture<LlavaAnswer> submit(LlavaRequest request) {
        return submit(request, TokenListener.NONE);
    }

    @Override
    public CompletableFuture<LlavaAnswer> submit(LlavaRequest request, TokenListener listener) {
        CompletableFuture<LlavaAnswer> answer = new CompletableFuture<>();
        Deadline deadline = Deadline.after(request.timeLimit(), System.nanoTime());
        try {
            workers.execute(() -> generate(request, deadline, listener, answer));
        } catch (RejectedExecutionException e) {
            answer.complete(refusal());
        }
        return answer;
    }

    private void generate(
            LlavaRequest request,
            Deadline deadline,
            TokenListener listener,
            CompletableFuture<LlavaAnswer> answer) {
        if (workers.isShutdown()) {
            answer.complete(refusal());
        }
        if (answer.isDone()) {
            return;
        }
        long start = System.nanoTime();
        AnswerPlan plan;
        try {
            if (deadline.isPast(start)) {
                throw deadline.exceeded();
            }
            if (engine.isFull()) {
                throw LlavaException.queueIsFull();
            }
            plan = preparation.prepare(request);
        } catch (Throwable e) {
            answer.complete(failure(e));
            return;
        }
        long preparing = System.nanoTime() - start;
        AnswerStream stream =
                new AnswerStream(plan.pieces(characterPart), listener, answer, workers);
        CompletableFuture<List<Generation>> generations =
                submit(plan, deadline, listener == TokenListener.NONE, stream);
        endWith(answer, generations);
        var unused =
                generations.whenComplete(
                        (all, fault) ->
                                stream.end(
                                        () ->
                                                fault == null
                                                        ? text(plan, all, preparing)
                                                        : failure(fault)));
    }

    /** The first generation is the one that is heard. */
    private CompletableFuture<List<Generation>> submit(
            AnswerPlan plan, Deadline deadline, boolean unheard, AnswerStream stream) {
        return JointGenerations.of(
                engine.submit(plan.requests(), deadline, unheard ? TokenObserver.NONE : stream));
    }

    /** An answer that its caller cancelled, or that its listener failed, gets no more steps. */
    private static void endWith(
            CompletableFuture<LlavaAnswer> answer,
            CompletableFuture<List<Generation>> generations) {
        var unused = answer.whenComplete((result, fault) -> generations.cancel(false));
    }

    private static LlavaAnswer text(AnswerPlan plan, List<Generation> all, long preparing) {
        try {
            return plan.answer(all, preparing);
        } catch (RuntimeException e) {
            return failure(e);
        }
    }

    private static LlavaAnswer failure(Throwable fault) {
        Throwable cause =
                fault instanceof CompletionException && fault.getCause() != null
                        ? fault.getCause()
                        : fault;
        return cause instanceof LlavaException known
                ? new LlavaAnswer.Failure(known.code(), known.getMessage())
                : new LlavaAnswer.Failure(LlavaErrorCode.INTERNAL, "Unexpected failure: " + cause);
    }

    private LlavaAnswer refusal() {
        if (workers.isShutdown()) {
            // A model that broke is closed soon after, and it is the first that matters.
            return engine.fault()
                    .map(LlavaPipeline::failure)
                    .orElse(new LlavaAnswer.Failure(LlavaErrorCode.MODEL, "The model is closed"));
        }
        return failure(LlavaException.queueIsFull());
    }

    @Override
    public ModelInfo info() {
        return info;
    }

    @Override
    public boolean isUsable() {
        return engine.isRunning();
    }

    @Override
    public EngineCounters counters() {
        return engine.counters();
    }

    @Override
    public void close() {
        workers.shutdown();
        engine.close();
        // What is still being prepared uses the tokenizer's native memory.
        boolean terminated = false;
        boolean interrupted = false;
        while (!terminated) {
            try {
                terminated = workers.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        tokenizer.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
