package io.flinkllava.operators;

import io.flinkllava.flink.pictures.PictureReader;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaModel;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Turns a draft into an answer, whatever happens: exceptions become failures of that record, not of
 * the job. Errors of the JVM are left alone.
 */
final class RequestSubmitter {

    private final PictureReader reader;

    RequestSubmitter(PictureReader reader) {
        this.reader = reader;
    }

    /**
     * Reads the pictures that the record only names, and asks the model. Never throws an exception,
     * but the future may be cancelled, which ends what works for it.
     */
    CompletableFuture<LlavaAnswer> submit(LlavaModel model, RequestDraft draft) {
        List<CompletableFuture<byte[]>> pictures = draft.read(reader);
        CompletableFuture<Void> all =
                CompletableFuture.allOf(pictures.toArray(CompletableFuture<?>[]::new));
        if (all.isDone() && !all.isCompletedExceptionally()) {
            return ask(model, draft, pictures);
        }
        CompletableFuture<LlavaAnswer> answer = new CompletableFuture<>();
        pictures.forEach(picture -> cancelWith(answer, picture));
        CompletableFuture<Void> unused =
                all.whenComplete(
                        (nothing, problem) -> {
                            if (problem != null) {
                                answer.complete(
                                        LlavaAnswer.Failure.of(
                                                problem, LlavaErrorCode.UNAVAILABLE));
                            } else if (!answer.isDone()) {
                                follow(answer, ask(model, draft, pictures));
                            }
                        });
        return answer;
    }

    private static CompletableFuture<LlavaAnswer> ask(
            LlavaModel model, RequestDraft draft, List<CompletableFuture<byte[]>> pictures) {
        try {
            return model.submit(draft.request(pictures));
        } catch (Exception e) {
            return CompletableFuture.completedFuture(
                    LlavaAnswer.Failure.of(e, LlavaErrorCode.INTERNAL));
        }
    }

    private static void follow(
            CompletableFuture<LlavaAnswer> answer, CompletableFuture<LlavaAnswer> asked) {
        cancelWith(answer, asked);
        CompletableFuture<LlavaAnswer> unused =
                asked.whenComplete(
                        (value, problem) -> {
                            if (problem == null) {
                                answer.complete(value);
                            } else {
                                answer.completeExceptionally(problem);
                            }
                        });
    }

    private static void cancelWith(CompletableFuture<?> answer, CompletableFuture<?> work) {
        CompletableFuture<?> unused = answer.whenComplete((value, problem) -> work.cancel(true));
    }
}
