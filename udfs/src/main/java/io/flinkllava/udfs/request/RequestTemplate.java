package io.flinkllava.udfs.request;

import io.flinkllava.runtime.AnswerConstraint;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What is the same for all rows.
 *
 * @param prompt the question where a row brings none, empty if it must
 * @param supplement what is said after every question, empty for nothing
 * @param generation how answers are generated, with what they must look like
 * @param timeLimit how long an answer may take
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
     * The request of a row.
     *
     * @throws LlavaException INPUT if a part is missing or NULL
     */
    LlavaRequest request(List<byte[]> pictures, RequestParts parts) {
        return new LlavaRequest(pictures, List.of(), messages(parts), generation(parts))
                .withTimeLimit(timeLimit);
    }

    private List<Message> messages(RequestParts parts) {
        Optional<List<Message>> turns = parts.turns();
        if (turns.isPresent()) {
            return turns.get();
        }
        String question = parts.text(Part.QUESTION).orElse(prompt);
        return List.of(Message.user(supplement.isEmpty() ? question : question + supplement));
    }

    private GenerationParameters generation(RequestParts parts) {
        Optional<AnswerConstraint> constraint =
                parts.choices()
                        .<AnswerConstraint>map(AnswerConstraint.Choice::new)
                        .or(() -> parts.text(Part.SCHEMA).map(AnswerConstraint.Json::new));
        return constraint.map(generation::withConstraint).orElse(generation);
    }
}
