package io.flinkllava.udfs.request;

import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.DataType;

import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class RequestTemplateTest {

    private static final RequestTemplate TEMPLATE =
            new RequestTemplate(
                    "Describe.", " In JSON.", GenerationParameters.DEFAULT, LlavaRequest.NO_LIMIT);

    @Test
    void theSupplementIsSaidAfterAQuestion() {
        assertThat(
                        TEMPLATE.request(
                                        List.of(), part(Part.QUESTION, StringData.fromString("Q?")))
                                .messages())
                .containsExactly(Message.user("Q? In JSON."));
        assertThat(TEMPLATE.request(List.of(), new RequestParts()).messages())
                .containsExactly(Message.user("Describe. In JSON."));
    }

    @Test
    void theSupplementIsSaidAfterAConversation() {
        GenericArrayData turns =
                new GenericArrayData(
                        new Object[] {
                            turn("user", "Hi!"), turn("assistant", "Hello."), turn("user", "Q?")
                        });
        assertThat(TEMPLATE.request(List.of(), part(Part.TURNS, turns)).messages())
                .containsExactly(
                        Message.user("Hi!"),
                        new Message(Message.Role.ASSISTANT, "Hello."),
                        Message.user("Q? In JSON."));
    }

    private static RequestParts part(Part part, Object value) {
        DataType type = part.types().get(0);
        return new RequestParts().with(new Argument(part, type.getLogicalType()), value);
    }

    private static GenericRowData turn(String role, String content) {
        return GenericRowData.of(StringData.fromString(role), StringData.fromString(content));
    }
}
