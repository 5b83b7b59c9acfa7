package io.flinkllava.operators;

import io.flinkllava.flink.pictures.PictureReader;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaModel;

import java.util.List;
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
        List<CompletableFuture<byte[]>> pictures = draft.read(reader);
        pictures.forEach(picture -> cancelWith(asked, picture));
        CompletableFuture<Void> unused =
                CompletableFuture.allOf(pictures.toArray(CompletableFuture<?>[]::new))
                        .whenComplete(
                                (nothing, problem) -> {
                                    RequestDraft read = draft.with(pictures);
                                    if (problem != null) {
                                        fail(asked, read, problem, LlavaErrorCode.UNAVAILABLE);
                                    } else if (!asked.isDone()) {
                                        ask(asked, model, read, pictures);
                                    }
                                });
        return asked;
    }

    private static void ask(
            CompletableFuture<Asked> asked,
            LlavaModel model,
            RequestDraft read,
            List<CompletableFuture<byte[]>> pictures) {
        CompletableFuture<LlavaAnswer> answer;
        try {
            answer = model.submit(read.request(pictures));
        } catch (Exception e) {
            fail(asked, read, e, LlavaErrorCode.INTERNAL);
            return;
        } catch (Error e) {
            asked.completeExceptionally(e);
            return;
        }
        cancelWith(asked, answer);
        CompletableFuture<LlavaAnswer> unused =
                answer.whenComplete(
                        (said, problem) -> {
                            if (problem == null) {
                                asked.complete(new Asked(read, said));
                            } else {
                                fail(asked, read, problem, LlavaErrorCode.INTERNAL);
                            }
                        });
    }

    private static void fail(
            CompletableFuture<Asked> asked,
            RequestDraft read,
            Throwable problem,
            LlavaErrorCode otherwise) {
        asked.complete(new Asked(read, LlavaAnswer.Failure.of(problem, otherwise)));
    }

    private static void cancelWith(CompletableFuture<?> answer, CompletableFuture<?> work) {
        CompletableFuture<?> unused = answer.whenComplete((value, problem) -> work.cancel(true));
    }
}
