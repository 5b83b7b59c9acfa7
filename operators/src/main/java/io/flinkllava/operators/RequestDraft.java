package io.flinkllava.operators;

import io.flinkllava.flink.pictures.PictureReader;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A request whose pictures may be named only; its parts mean what they mean in {@link
 * LlavaRequest}.
 */
record RequestDraft(
        List<PictureSource> images,
        List<PictureSource> video,
        List<Message> messages,
        GenerationParameters generation,
        Duration timeLimit) {

    static RequestDraft of(LlavaRequest request) {
        return new RequestDraft(
                request.images().stream().map(PictureSource::bytes).toList(),
                request.video().stream().map(PictureSource::bytes).toList(),
                request.messages(),
                request.generation(),
                request.timeLimit());
    }

    /** This, with the stricter of two time limits. */
    RequestDraft within(Duration limit) {
        return limit.compareTo(timeLimit) >= 0
                ? this
                : new RequestDraft(images, video, messages, generation, limit);
    }

    /** Starts to read the pictures, and the frames behind them. */
    List<CompletableFuture<byte[]>> read(PictureReader reader) {
        return Stream.concat(images.stream(), video.stream())
                .map(source -> source.read(reader))
                .toList();
    }

    /** This, with what {@link #read} could read in place of what names it. */
    RequestDraft with(List<CompletableFuture<byte[]>> pictures) {
        return new RequestDraft(
                read(images, pictures.subList(0, images.size())),
                read(video, pictures.subList(images.size(), pictures.size())),
                messages,
                generation,
                timeLimit);
    }

    private static List<PictureSource> read(
            List<PictureSource> sources, List<CompletableFuture<byte[]>> pictures) {
        List<PictureSource> read = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            CompletableFuture<byte[]> picture = pictures.get(i);
            read.add(
                    picture.isCompletedExceptionally()
                            ? sources.get(i)
                            : PictureSource.bytes(picture.join()));
        }
        return read;
    }

    /** Where the pictures and frames are that are not read yet. */
    Set<String> references() {
        return Stream.concat(images.stream(), video.stream())
                .filter(PictureSource.Reference.class::isInstance)
                .map(source -> ((PictureSource.Reference) source).uri())
                .collect(Collectors.toSet());
    }

    /** The request with the pictures and frames that {@link #read} gave, all of them there. */
    LlavaRequest request(List<CompletableFuture<byte[]>> pictures) {
        List<byte[]> encoded = pictures.stream().map(CompletableFuture::join).toList();
        return new LlavaRequest(
                encoded.subList(0, images.size()),
                encoded.subList(images.size(), encoded.size()),
                messages,
                generation,
                timeLimit);
    }
}
