package io.flinkllava.examples.conversation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flinkllava.operators.LlavaResult;

import java.io.UncheckedIOException;

/** Lines of the output, each a JSON object: one for every line of the input. */
final class Reply {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Reply() {}

    static String of(LlavaResult<Turn> result) {
        ObjectNode reply =
                JSON.createObjectNode()
                        .put("user", result.input().user())
                        .put("question", result.input().question());
        if (result.isText()) {
            reply.put("answer", result.text().strip())
                    .put("promptTokens", result.generated().promptTokens())
                    .put("model", result.model());
        } else {
            reply.put("error", result.failure().message());
        }
        return line(reply);
    }

    static String ofReset(Turn turn) {
        return line(JSON.createObjectNode().put("user", turn.user()).put("reset", true));
    }

    static String ofBadLine(String line, String message) {
        return line(JSON.createObjectNode().put("refused", line).put("error", message));
    }

    private static String line(ObjectNode object) {
        try {
            return JSON.writeValueAsString(object);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
