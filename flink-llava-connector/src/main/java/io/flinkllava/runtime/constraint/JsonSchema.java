package io.flinkllava.runtime.constraint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.flinkllava.runtime.LlavaException;
import org.apache.lucene.util.automaton.Automata;
import org.apache.lucene.util.automaton.Automaton;
import org.apache.lucene.util.automaton.Operations;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * JSON Schema of flat objects: strings, numbers, integers, booleans, null, enums, constants, and
 * arrays of these. The texts are compact JSON with the properties in the schema's order; those that
 * {@code required} does not name may be left out, others never occur. A keyword that limits values
 * and is not understood is refused; those that only describe are passed over.
 */
final class JsonSchema {

    private static final int MAX_LENGTH = 1 << 16;
    private static final JsonMapper JSON = new JsonMapper();

    private static final Set<String> DESCRIPTIVE =
            Set.of(
                    "$schema",
                    "$id",
                    "$comment",
                    "title",
                    "description",
                    "default",
                    "examples",
                    "deprecated",
                    "readOnly",
                    "writeOnly");
    private static final Map<String, Set<String>> KEYWORDS =
            Map.of(
                    "object", Set.of("properties", "required", "additionalProperties"),
                    "string", Set.of("minLength", "maxLength", "pattern"),
                    "number", Set.of(),
                    "integer", Set.of(),
                    "boolean", Set.of(),
                    "null", Set.of(),
                    "array", Set.of("items", "minItems", "maxItems"));

    private static final int UNBOUNDED = -1;
    private static final int INTEGER_DIGITS = 15;

    private JsonSchema() {}

    /**
     * The texts that a schema describes.
     *
     * @throws LlavaException INPUT if it is not understood; names the keyword and where it stands
     */
    static Automaton texts(String schema) {
        if (schema.length() > MAX_LENGTH) {
            throw LlavaException.input(
                    "The JSON schema has "
                            + schema.length()
                            + " characters, at most "
                            + MAX_LENGTH
                            + " are read");
        }
        JsonNode root;
        try {
            root = JSON.readTree(schema);
        } catch (JsonProcessingException e) {
            throw LlavaException.input("The JSON schema is not JSON: " + e.getOriginalMessage());
        }
        if (!root.isObject() || !"object".equals(root.path("type").textValue())) {
            throw refused("", "must say \"type\": \"object\"");
        }
        requireKnown(root, "object", "");
        return object(root);
    }

    private static Automaton object(JsonNode schema) {
        JsonNode properties = schema.path("properties");
        if (!properties.isObject()) {
            throw refused("/properties", "must be an object");
        }
        if (schema.path("additionalProperties").asBoolean(false)
                || schema.path("additionalProperties").isObject()) {
            throw refused("/additionalProperties", "can only be false: list the properties");
        }
        Set<String> required = new HashSet<>();
        for (JsonNode name : schema.path("required")) {
            if (!properties.has(name.asText())) {
                throw refused("/required", "names '" + name.asText() + "', which is no property");
            }
            required.add(name.asText());
        }
        // From the last property to the first: what may follow if nothing, or something, was said.
        Automaton afterNone = Automata.makeEmptyString();
        Automaton afterSome = Automata.makeEmptyString();
        List<Map.Entry<String, JsonNode>> members = List.copyOf(properties.properties());
        for (int i = members.size() - 1; i >= 0; i--) {
            String name = members.get(i).getKey();
            Automaton member =
                    ByteAutomata.concatenate(
                            literal(JSON.getNodeFactory().textNode(name) + ":"),
                            value(members.get(i).getValue(), "/properties/" + name));
            boolean must = required.contains(name);
            Automaton first = ByteAutomata.concatenate(member, afterSome);
            Automaton next = ByteAutomata.concatenate(literal(","), member);
            afterNone = must ? first : Operations.union(first, afterNone);
            afterSome =
                    ByteAutomata.concatenate(must ? next : Operations.optional(next), afterSome);
        }
        return ByteAutomata.concatenate(literal("{"), afterNone, literal("}"));
    }

    private static Automaton value(JsonNode schema, String path) {
        if (!schema.isObject()) {
            throw refused(path, "must be an object");
        }
        if (schema.has("enum") || schema.has("const")) {
            requireKnown(schema, Set.of("type", "enum", "const"), path);
            return oneOf(schema, path);
        }
        JsonNode type = schema.path("type");
        if (type.isArray() && !type.isEmpty()) {
            List<Automaton> types = new ArrayList<>();
            for (JsonNode each : type) {
                requireKnown(schema, each.asText(), path);
                types.add(value(schema, each.asText(), path));
            }
            return ByteAutomata.bounded(Operations.union(types));
        }
        requireKnown(schema, type.asText(), path);
        return value(schema, type.asText(), path);
    }

    private static Automaton value(JsonNode schema, String type, String path) {
        return switch (type) {
            case "string" -> string(schema, path);
            case "integer" -> integer();
            case "number" -> number();
            case "boolean" -> Operations.union(literal("true"), literal("false"));
            case "null" -> literal("null");
            case "array" -> array(schema, path);
            default ->
                    throw refused(
                            path + "/type", "is '" + type + "': only flat objects are understood");
        };
    }

    private static Automaton oneOf(JsonNode schema, String path) {
        List<Automaton> values = new ArrayList<>();
        Iterable<JsonNode> all =
                schema.has("const") ? List.of(schema.get("const")) : schema.get("enum");
        for (JsonNode value : all) {
            if (value.isContainerNode()) {
                throw refused(path + "/enum", "can only list strings, numbers, booleans and null");
            }
            values.add(literal(value.toString()));
        }
        if (values.isEmpty()) {
            throw refused(path + "/enum", "lists nothing");
        }
        return ByteAutomata.bounded(Operations.union(values));
    }

    private static Automaton string(JsonNode schema, String path) {
        int least = count(schema, "minLength", 0, path);
        int most = count(schema, "maxLength", UNBOUNDED, path);
        requireOrder(least, most, path, "Length");
        Automaton inside =
                ByteAutomata.repeat(
                        schema.has("pattern") ? plainCharacter() : character(), least, most);
        if (schema.has("pattern")) {
            // Matched as it is written, so nothing in it is escaped.
            Automaton pattern = RegexParser.foundIn(schema.get("pattern").asText());
            inside =
                    Operations.intersection(
                            ByteAutomata.deterministic(inside),
                            ByteAutomata.deterministic(pattern));
            if (Operations.isEmpty(inside)) {
                throw refused(path + "/pattern", "matches no string of the allowed length");
            }
        }
        return ByteAutomata.concatenate(literal("\""), inside, literal("\""));
    }

    private static Automaton plainCharacter() {
        return ByteAutomata.noneOf(
                Operations.union(
                        List.of(
                                Automata.makeCharRange(0, 0x1f),
                                Automata.makeChar('"'),
                                Automata.makeChar('\\'))));
    }

    /** One character of a string, escaped where JSON wants it; nothing is escaped as a number. */
    private static Automaton character() {
        List<Automaton> escapes = new ArrayList<>();
        for (String c : List.of("\"", "\\", "n", "r", "t", "b", "f")) {
            escapes.add(literal("\\" + c));
        }
        escapes.add(plainCharacter());
        return Operations.union(escapes);
    }

    private static Automaton integer() {
        return RegexParser.matching("-?(0|[1-9][0-9]{0," + (INTEGER_DIGITS - 1) + "})");
    }

    private static Automaton number() {
        return ByteAutomata.concatenate(
                integer(), RegexParser.matching("(\\.[0-9]{1,15})?([eE][+-]?[0-9]{1,2})?"));
    }

    private static Automaton array(JsonNode schema, String path) {
        int least = count(schema, "minItems", 0, path);
        int most = count(schema, "maxItems", UNBOUNDED, path);
        requireOrder(least, most, path, "Items");
        if ("array".equals(schema.path("items").path("type").textValue())) {
            throw refused(path + "/items", "is an array: only flat objects are understood");
        }
        Automaton item = value(schema.path("items"), path + "/items");
        Automaton more =
                ByteAutomata.repeat(
                        ByteAutomata.concatenate(literal(","), item),
                        Math.max(0, least - 1),
                        most == UNBOUNDED ? UNBOUNDED : Math.max(0, most - 1));
        Automaton items = ByteAutomata.concatenate(item, more);
        Automaton inside =
                most == 0
                        ? Automata.makeEmptyString()
                        : least == 0 ? Operations.optional(items) : items;
        return ByteAutomata.concatenate(literal("["), inside, literal("]"));
    }

    private static int count(JsonNode schema, String keyword, int absent, String path) {
        JsonNode count = schema.path(keyword);
        if (count.isMissingNode()) {
            return absent;
        }
        if (!count.isInt() || count.intValue() < 0) {
            throw refused(path + "/" + keyword, "must be a whole number, not below 0");
        }
        return count.intValue();
    }

    private static void requireOrder(int least, int most, String path, String of) {
        if (most != UNBOUNDED && most < least) {
            throw refused(path + "/max" + of, "is less than min" + of);
        }
    }

    private static void requireKnown(JsonNode schema, String type, String path) {
        Set<String> known = new HashSet<>(KEYWORDS.getOrDefault(type, Set.of()));
        known.add("type");
        if (schema.path("type").isArray()) {
            schema.path("type")
                    .forEach(t -> known.addAll(KEYWORDS.getOrDefault(t.asText(), Set.of())));
        }
        requireKnown(schema, known, path);
    }

    private static void requireKnown(JsonNode schema, Set<String> known, String path) {
        schema.fieldNames()
                .forEachRemaining(
                        keyword -> {
                            if (!known.contains(keyword) && !DESCRIPTIVE.contains(keyword)) {
                                throw refused(
                                        path + "/" + keyword, "is not understood: leave it out");
                            }
                        });
    }

    private static Automaton literal(String text) {
        return Automata.makeString(text);
    }

    private static LlavaException refused(String path, String what) {
        return LlavaException.input(
                "The JSON schema" + (path.isEmpty() ? " " : " at " + path + " ") + what);
    }
}
