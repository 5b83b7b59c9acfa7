package io.flinkllava.operators;

import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;

import java.time.Duration;
import java.util.List;
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

    /** The pictures, and the frames behind them. */
    List<PictureSource> sources() {
        return Stream.concat(images.stream(), video.stream()).toList();
    }

    /** This, with others in place of its {@link #sources}. */
    RequestDraft with(List<PictureSource> sources) {
        return new RequestDraft(
                sources.subList(0, images.size()),
                sources.subList(images.size(), sources.size()),
                messages,
                generation,
                timeLimit);
    }

    /**
     * The request.
     *
     * @param encoded what is behind its {@link #sources}
     */
    LlavaRequest request(List<byte[]> encoded) {
        return new LlavaRequest(
                encoded.subList(0, images.size()),
                encoded.subList(images.size(), encoded.size()),
                messages,
                generation,
                timeLimit);
    }
}
