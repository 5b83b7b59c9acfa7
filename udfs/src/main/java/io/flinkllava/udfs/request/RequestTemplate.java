package io.flinkllava.udfs.request;

import io.flinkllava.runtime.AnswerConstraint;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What is the same for all rows.
 *
 * @param prompt the question where a row brings none, empty if it must
 * @param supplement what is said after every question or conversation, empty for nothing
 * @param generation how answers are generated, with what they must look like
 * @param timeLimit how long an answer may take, the reading of pictures included
 */
public record RequestTemplate(
        String prompt, String supplement, GenerationParameters generation, Duration timeLimit)
        implements Serializable {

    public RequestTemplate {
        Objects.requireNonNull(prompt, "prompt");
        Objects.requireNonNull(supplement, "supplement");
        Objects.requireNonNull(generation, "generation");
        Objects.requireNonNull(timeLimit, "timeLimit");
    }

    /**
     * The request of a row, with all the time there is.
     *
     * @throws LlavaException INPUT if a part is missing or NULL
     */
    LlavaRequest request(List<byte[]> pictures, RequestParts parts) {
        return new LlavaRequest(pictures, List.of(), messages(parts), generation(parts));
    }

    private List<Message> messages(RequestParts parts) {
        List<Message> messages =
                parts.turns()
                        .orElseGet(
                                () ->
                                        List.of(
                                                Message.user(
                                                        parts.text(Part.QUESTION).orElse(prompt))));
        return supplement.isEmpty() || messages.isEmpty() ? messages : supplemented(messages);
    }

    private List<Message> supplemented(List<Message> messages) {
        List<Message> result = new ArrayList<>(messages);
        Message last = result.remove(result.size() - 1);
        result.add(new Message(last.role(), last.content() + supplement));
        return result;
    }

    private GenerationParameters generation(RequestParts parts) {
        Optional<AnswerConstraint> constraint =
                parts.choices()
                        .<AnswerConstraint>map(AnswerConstraint.Choice::new)
                        .or(() -> parts.text(Part.SCHEMA).map(AnswerConstraint.Json::new));
        return constraint.map(generation::withConstraint).orElse(generation);
    }
}
