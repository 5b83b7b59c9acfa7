package io.flinkllava.examples.conversation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * A line of the input: what a user asks next.
 *
 * @param user whose dialogue it belongs to
 * @param image path of a picture that comes with the question; null if none does
 * @param question null where the dialogue is reset
 * @param reset whether the dialogue begins anew instead
 */
public record Turn(String user, String image, String question, boolean reset) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException which says what is wrong with it
     */
    static Turn parse(String line) {
        Turn turn;
        try {
            turn = JSON.readValue(line, Turn.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
        if (turn == null || turn.user == null || turn.user.isBlank()) {
            throw new IllegalArgumentException("a turn needs a user");
        }
        if (!turn.reset && (turn.question == null || turn.question.isBlank())) {
            throw new IllegalArgumentException("a turn needs a question, or a reset");
        }
        return turn;
    }
}
