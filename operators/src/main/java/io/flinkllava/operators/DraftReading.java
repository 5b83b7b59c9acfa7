package io.flinkllava.operators;

import io.flinkllava.flink.pictures.PictureReader;
import io.flinkllava.runtime.LlavaAnswer.Failure;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaRequest;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * A draft whose pictures are being read.
 *
 * @param pictures those of the draft, the frames of its video behind them
 */
record DraftReading(RequestDraft draft, List<Picture> pictures) {

    static DraftReading start(RequestDraft draft, PictureReader reader) {
        return new DraftReading(
                draft,
                draft.sources().stream()
                        .map(source -> new Picture(source, source.read(reader)))
                        .toList());
    }

    /** Ends when all are read or failed; with an exception if one failed. */
    CompletableFuture<Void> end() {
        return CompletableFuture.allOf(
                pictures.stream().map(Picture::bytes).toArray(CompletableFuture<?>[]::new));
    }

    /** Ends what still reads. */
    void cancel() {
        pictures.forEach(picture -> picture.bytes().cancel(true));
    }

    /** The request, once all are read. */
    LlavaRequest request() {
        return draft.request(pictures.stream().map(picture -> picture.bytes().join()).toList());
    }

    /** The draft with what was read in place of what names it. */
    RequestDraft read() {
        return draft.with(pictures.stream().map(Picture::read).toList());
    }

    /** What went wrong: first what will go wrong again, or it would be tried again in vain. */
    Failure failure() {
        List<Failure> failures =
                pictures.stream().map(Picture::failure).flatMap(Optional::stream).toList();
        return failures.stream()
                .filter(failure -> failure.code() == LlavaErrorCode.INPUT)
                .findFirst()
                .orElseGet(() -> failures.get(0));
    }

    /** The references that lead to no picture, now or later. */
    Set<String> gone() {
        return pictures.stream()
                .map(Picture::gone)
                .flatMap(Optional::stream)
                .collect(Collectors.toSet());
    }

    /** A picture on its way. */
    record Picture(PictureSource source, CompletableFuture<byte[]> bytes) {

        PictureSource read() {
            return bytes.isCompletedExceptionally() ? source : PictureSource.bytes(bytes.join());
        }

        Optional<Failure> failure() {
            return bytes.handle(
                            (read, problem) ->
                                    Optional.ofNullable(problem)
                                            .map(
                                                    why ->
                                                            Failure.of(
                                                                    why,
                                                                    LlavaErrorCode.UNAVAILABLE)))
                    .join();
        }

        Optional<String> gone() {
            return failure()
                    .filter(why -> why.code() == LlavaErrorCode.INPUT)
                    .filter(why -> source instanceof PictureSource.Reference)
                    .map(why -> ((PictureSource.Reference) source).uri());
        }
    }
}
