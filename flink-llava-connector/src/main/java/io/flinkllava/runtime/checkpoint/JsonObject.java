package io.flinkllava.runtime.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A JSON object of a checkpoint file with typed, checked fields. An absent field and a {@code null}
 * are the same, as in Hugging Face's configuration classes. Errors name file, field and value.
 */
final class JsonObject {

    private static final ObjectMapper MAPPER =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private final Path file;
    private final String prefix;
    private final JsonNode node;

    private JsonObject(Path file, String prefix, JsonNode node) {
        this.file = file;
        this.prefix = prefix;
        this.node = node;
    }

    static JsonObject read(Path file) {
        try {
            return parse(file, Files.readAllBytes(file));
        } catch (IOException e) {
            throw new LlavaException(
                    LlavaErrorCode.MODEL, file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Parses bytes that were read from {@code file}. */
    static JsonObject parse(Path file, byte[] json) {
        JsonNode root;
        try {
            root = MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            String line = e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr();
            throw new LlavaException(
                    LlavaErrorCode.MODEL,
                    file + ": not valid JSON" + line + ": " + e.getOriginalMessage(),
                    e);
        } catch (IOException e) {
            throw new LlavaException(
                    LlavaErrorCode.MODEL, file + ": not valid JSON: " + e.getMessage(), e);
        }
        if (!root.isObject()) {
            throw LlavaException.model(file + ": not a JSON object");
        }
        return new JsonObject(file, "", root);
    }

    Path file() {
        return file;
    }

    List<String> names() {
        Iterator<String> names = node.fieldNames();
        List<String> copy = new ArrayList<>();
        names.forEachRemaining(copy::add);
        return copy;
    }

    boolean has(String name) {
        return node.hasNonNull(name);
    }

    /** Whether a field is there and {@code null}, where that says more than its absence. */
    boolean isNull(String name) {
        return node.path(name).isNull();
    }

    Optional<JsonNode> value(String name) {
        return Optional.ofNullable(node.get(name)).filter(value -> !value.isNull());
    }

    Optional<JsonObject> object(String name) {
        return checked(name, JsonNode::isObject, "an object")
                .map(value -> new JsonObject(file, prefix + name + ".", value));
    }

    /** What to read where an object is absent: every field of it is absent too. */
    JsonObject emptyObject(String name) {
        return new JsonObject(file, prefix + name + ".", MAPPER.createObjectNode());
    }

    Optional<String> text(String name) {
        return checked(name, JsonNode::isTextual, "a string").map(JsonNode::textValue);
    }

    boolean flag(String name, boolean absent) {
        return checked(name, JsonNode::isBoolean, "true or false")
                .map(JsonNode::booleanValue)
                .orElse(absent);
    }

    double number(String name, double absent) {
        return checked(name, JsonNode::isNumber, "a number")
                .map(JsonNode::doubleValue)
                .orElse(absent);
    }

    OptionalInt positive(String name) {
        return checked(name, JsonObject::isPositiveInt, "a positive integer").stream()
                .mapToInt(JsonNode::intValue)
                .findAny();
    }

    int positive(String name, int absent) {
        return positive(name).orElse(absent);
    }

    /** An integer that is not negative. */
    int natural(String name, int absent) {
        return checked(name, JsonObject::isNatural, "an integer, not negative")
                .map(JsonNode::intValue)
                .orElse(absent);
    }

    /** One integer, or a list of them; empty where absent. */
    List<Integer> integers(String name) {
        return checked(name, JsonObject::isIntOrInts, "an integer or a list of integers").stream()
                .flatMap(JsonObject::elements)
                .map(JsonNode::intValue)
                .toList();
    }

    /** A list of integers that are not negative. */
    Optional<List<Long>> sizes(String name) {
        return checked(name, JsonObject::isSizes, "a list of integers, none negative")
                .map(value -> elements(value).map(JsonNode::longValue).toList());
    }

    /** A list of strings; empty where absent. */
    List<String> texts(String name) {
        return checked(name, JsonObject::isTexts, "a list of strings").stream()
                .flatMap(JsonObject::elements)
                .map(JsonNode::textValue)
                .toList();
    }

    /** A list of numbers. */
    Optional<List<Double>> numbers(String name) {
        return checked(name, JsonObject::isNumbers, "a list of numbers")
                .map(value -> elements(value).map(JsonNode::doubleValue).toList());
    }

    /** What to throw when a field's value is of no use. */
    LlavaException wrong(String name, String expectation) {
        return LlavaException.model(
                file + ": " + prefix + name + " is " + shown(name) + ", it must be " + expectation);
    }

    private Optional<JsonNode> checked(
            String name, Predicate<JsonNode> accepts, String expectation) {
        Optional<JsonNode> value = value(name);
        if (value.isPresent() && !accepts.test(value.get())) {
            throw wrong(name, expectation);
        }
        return value;
    }

    private String shown(String name) {
        String json = value(name).map(JsonNode::toString).orElse("absent");
        return json.length() <= 80 ? json : json.substring(0, 80) + "...";
    }

    private static boolean isInt(JsonNode value) {
        return value.isIntegralNumber() && value.canConvertToInt();
    }

    private static boolean isPositiveInt(JsonNode value) {
        return isInt(value) && value.intValue() > 0;
    }

    private static boolean isNatural(JsonNode value) {
        return isInt(value) && value.intValue() >= 0;
    }

    private static boolean isIntOrInts(JsonNode value) {
        return isInt(value) || (value.isArray() && elements(value).allMatch(JsonObject::isInt));
    }

    private static boolean isSizes(JsonNode value) {
        return value.isArray()
                && elements(value)
                        .allMatch(
                                size ->
                                        size.isIntegralNumber()
                                                && size.canConvertToLong()
                                                && size.longValue() >= 0);
    }

    private static boolean isTexts(JsonNode value) {
        return value.isArray() && elements(value).allMatch(JsonNode::isTextual);
    }

    private static boolean isNumbers(JsonNode value) {
        return value.isArray() && elements(value).allMatch(JsonNode::isNumber);
    }

    private static Stream<JsonNode> elements(JsonNode value) {
        return value.isArray()
                ? StreamSupport.stream(value.spliterator(), false)
                : Stream.of(value);
    }
}
