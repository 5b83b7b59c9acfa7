package io.flinkllava.examples.requests;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import io.flinkllava.runtime.Message;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Reads a request line: {@code {"id", "images": [paths], "video": [paths of frames], "question"}},
 * or {@code "messages": [{"role", "content"}]} in place of the question; and {@code "choices"},
 * {@code "regex"} or {@code "json_schema"} for the form of the answer. Other keys are ignored.
 * Whatever is wrong with a line is told by its row, with the line's number.
 */
final class RequestParser {

    static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build();

    private RequestParser() {}

    static RequestRow parse(RequestLine line) {
        if (!line.defect().isEmpty()) {
            return RequestRow.defective(RequestRow.NO_ID, at(line, line.defect()));
        }
        JsonNode request;
        try {
            request = JSON.readTree(line.text());
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null ? "" : ", column " + column(e);
            return RequestRow.defective(
                    idBefore(line.text()), at(line, "not JSON" + where + ": " + firstLine(e)));
        }
        String id = id(request);
        try {
            return row(request, id);
        } catch (BadRequest e) {
            return RequestRow.defective(id, at(line, e.getMessage()));
        }
    }

    private static RequestRow row(JsonNode request, String id) {
        require(request.isObject(), "a request is a JSON object");
        require(
                !id.equals(RequestRow.NO_ID),
                request.has("id") ? "\"id\" is neither a string nor an integer" : "no \"id\"");
        requireKnown(request, "image", "images", "[\"path\"]");
        requireKnown(request, "videos", "video", "[\"path\"]");
        requireKnown(request, "schema", "json_schema", "{...}");
        long forms = Stream.of("choices", "regex", "json_schema").filter(request::has).count();
        require(forms <= 1, "give one of \"choices\", \"regex\" and \"json_schema\"");
        return new RequestRow(
                0,
                id,
                paths(request, "images"),
                paths(request, "video"),
                messages(request),
                choices(request),
                regex(request),
                jsonSchema(request),
                "");
    }

    private static List<String> choices(JsonNode request) {
        List<String> choices = strings(request, "choices", "texts");
        require(
                !request.has("choices") || !choices.isEmpty(),
                "\"choices\" is empty; give texts to choose from");
        return choices;
    }

    private static String regex(JsonNode request) {
        JsonNode regex = request.path("regex");
        require(
                regex.isMissingNode() || (regex.isTextual() && !regex.textValue().isEmpty()),
                "\"regex\" must be a string that is not empty");
        return regex.asText();
    }

    private static String jsonSchema(JsonNode request) {
        JsonNode schema = request.path("json_schema");
        require(
                schema.isMissingNode() || schema.isObject(),
                "\"json_schema\" is " + kind(schema) + ", it must be an object");
        return schema.isMissingNode() ? "" : schema.toString();
    }

    /** A key that is nearly right would be ignored, and the answer about nothing. */
    private static void requireKnown(
            JsonNode request, String wrong, String right, String value) {
        require(
                request.has(right) || !request.has(wrong),
                "\"" + wrong + "\" is not known; write \"" + right + "\": " + value);
    }

    private static List<String> paths(JsonNode request, String key) {
        return strings(request, key, "paths");
    }

    private static List<String> strings(JsonNode request, String key, String what) {
        JsonNode list = request.path(key);
        require(
                list.isMissingNode() || list.isArray(),
                "\"" + key + "\" is " + kind(list) + ", it must be a list of " + what);
        List<String> strings = new ArrayList<>();
        for (JsonNode string : list) {
            require(
                    string.isTextual(),
                    "\"" + key + "\" holds " + kind(string) + ", " + what + " are strings");
            strings.add(string.textValue());
        }
        return strings;
    }

    private static List<Message> messages(JsonNode request) {
        boolean asked = request.has("question");
        require(
                asked != request.has("messages"),
                asked
                        ? "both \"question\" and \"messages\"; give one of them"
                        : "neither \"question\" nor \"messages\"");
        if (asked) {
            JsonNode question = request.get("question");
            require(
                    question.isTextual(),
                    "\"question\" is " + kind(question) + ", it must be a string");
            return List.of(Message.user(question.textValue()));
        }
        JsonNode turns = request.get("messages");
        require(
                turns.isArray() && !turns.isEmpty(),
                "\"messages\" must be a list of {\"role\", \"content\"}");
        List<Message> messages = new ArrayList<>();
        for (JsonNode turn : turns) {
            messages.add(new Message(role(turn.path("role")), content(turn.path("content"))));
        }
        return messages;
    }

    private static Message.Role role(JsonNode role) {
        for (Message.Role known : Message.Role.values()) {
            if (known.name().toLowerCase(Locale.ROOT).equals(role.textValue())) {
                return known;
            }
        }
        throw new BadRequest("a message's \"role\" must be system, user or assistant");
    }

    /** A string, or a list of text parts as chat services have it. */
    private static String content(JsonNode content) {
        if (content.isTextual()) {
            return content.textValue();
        }
        require(
                content.isArray(),
                "a message's \"content\" is " + kind(content) + ", it must be a string");
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            require(
                    "text".equals(part.path("type").textValue()) && part.path("text").isTextual(),
                    "a message's \"content\" may hold {\"type\": \"text\", \"text\"} only;"
                            + " pictures belong into \"images\", and <image> into the text"
                            + " where one stands");
            text.append(part.get("text").textValue());
        }
        return text.toString();
    }

    private static String id(JsonNode request) {
        JsonNode id = request.path("id");
        return id.isTextual() || id.isIntegralNumber() ? id.toString() : RequestRow.NO_ID;
    }

    /** The id of a broken line, if it comes before what is broken. */
    private static String idBefore(String text) {
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return RequestRow.NO_ID;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean isId = parser.currentName().equals("id");
                JsonToken value = parser.nextToken();
                if (isId) {
                    return switch (value) {
                        case VALUE_STRING -> TextNode.valueOf(parser.getText()).toString();
                        case VALUE_NUMBER_INT -> parser.getText();
                        default -> RequestRow.NO_ID;
                    };
                }
                parser.skipChildren();
            }
            return RequestRow.NO_ID;
        } catch (IOException e) {
            return RequestRow.NO_ID;
        }
    }

    private static String at(RequestLine line, String what) {
        return "line " + line.number() + ": " + what;
    }

    private static int column(JsonProcessingException e) {
        return e.getLocation().getColumnNr();
    }

    private static String firstLine(JsonProcessingException e) {
        return e.getOriginalMessage().lines().findFirst().orElse("");
    }

    private static String kind(JsonNode node) {
        return node.isMissingNode()
                ? "missing"
                : "of type " + node.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new BadRequest(otherwise);
        }
    }

    /** What is wrong with a line, on its way up to its row. */
    private static final class BadRequest extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BadRequest(String message) {
            super(message);
        }
    }
}
