package io.flinkllava.operators;

import io.flinkllava.flink.pictures.PictureReader;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaModel;

import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Turns a draft into an answer, whatever happens: exceptions become failures of that record, not of
 * the job. Only errors of the JVM are left to whoever waits.
 */
final class RequestSubmitter {

    private final PictureReader reader;

    RequestSubmitter(PictureReader reader) {
        this.reader = reader;
    }

    /**
     * Reads the pictures that the record only names, and asks the model. Never throws an exception,
     * and the future ends with none, but with an error perhaps; it may be cancelled, which ends
     * what works for it.
     */
    CompletableFuture<Asked> submit(LlavaModel model, RequestDraft draft) {
        CompletableFuture<Asked> asked = new CompletableFuture<>();
        DraftReading reading = DraftReading.start(draft, reader);
        onEnd(asked, reading::cancel);
        CompletableFuture<Void> unused =
                reading.end().whenComplete((nothing, problem) -> ask(asked, model, reading));
        return asked;
    }

    /** A future would keep an error to itself: it ends what the record waits for. */
    private static void ask(
            CompletableFuture<Asked> asked, LlavaModel model, DraftReading reading) {
        if (asked.isDone()) {
            return;
        }
        try {
            if (reading.end().isCompletedExceptionally()) {
                asked.complete(new Asked(reading.read(), reading.failure(), reading.gone()));
            } else {
                askAboutAll(asked, model, reading);
            }
        } catch (Error e) {
            asked.completeExceptionally(e);
        }
    }

    private static void askAboutAll(
            CompletableFuture<Asked> asked, LlavaModel model, DraftReading reading) {
        RequestDraft draft = reading.read();
        CompletableFuture<LlavaAnswer> answer;
        try {
            answer = model.submit(reading.request());
        } catch (Exception e) {
            asked.complete(new Asked(draft, LlavaAnswer.Failure.of(e), Set.of()));
            return;
        }
        onEnd(asked, () -> answer.cancel(true));
        CompletableFuture<LlavaAnswer> unused =
                answer.whenComplete(
                        (said, problem) -> {
                            if (problem instanceof Error) {
                                asked.completeExceptionally(problem);
                            } else {
                                asked.complete(
                                        new Asked(
                                                draft,
                                                problem == null
                                                        ? said
                                                        : LlavaAnswer.Failure.of(problem),
                                                Set.of()));
                            }
                        });
    }

    private static void onEnd(CompletableFuture<Asked> asked, Runnable action) {
        CompletableFuture<Asked> unused = asked.whenComplete((value, problem) -> action.run());
    }
}
