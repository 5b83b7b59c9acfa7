package io.flinkllava.operators;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaRequest;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** A record of the tests. */
public record Photo(int id, String question) {

    static Photo number(int id) {
        return new Photo(id, "What is in picture " + id + "?");
    }

    byte[] bytes() {
        return Integer.toString(id).getBytes(StandardCharsets.UTF_8);
    }

    LlavaRequest request() {
        return LlavaRequest.ask(bytes(), question);
    }

    /** What a {@link FakeModel} says to it. */
    String expectedText() {
        return question + " -> " + id;
    }

    /** The answer of a {@link FakeModel} to a request made of a photo. */
    static LlavaAnswer answer(LlavaRequest request) {
        String id = new String(request.images().get(0), StandardCharsets.UTF_8);
        return new LlavaAnswer.Text(
                request.messages().get(0).content() + " -> " + id,
                List.of(request.messages().get(0).content().length(), 2),
                7,
                LlavaAnswer.FinishReason.STOP,
                LlavaAnswer.Timing.NONE);
    }
}
