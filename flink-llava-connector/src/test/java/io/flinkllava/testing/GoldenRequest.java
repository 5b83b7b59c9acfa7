package io.flinkllava.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flinkllava.runtime.CheckpointOptions.SeveralImages;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A request with the answer of Hugging Face transformers (float32, greedy).
 *
 * @param severalImages how its pictures are cut
 * @param minGap the smallest distance between the best and second-best logit on the way; below 1e-3
 *     rounding may decide
 */
public record GoldenRequest(
        String id,
        LlavaRequest request,
        SeveralImages severalImages,
        List<Integer> tokenIds,
        String text,
        int promptTokens,
        double minGap) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double DECIDABLE = 1e-3;

    /** All requests of a golden checkpoint. */
    public static List<GoldenRequest> all(String checkpoint) throws IOException {
        List<GoldenRequest> requests = new ArrayList<>();
        for (String line :
                Files.readAllLines(Golden.checkpoint(checkpoint).resolve("requests.jsonl"))) {
            requests.add(read(JSON.readTree(line)));
        }
        return requests;
    }

    /** Whether exact arithmetic alone decides every token. */
    public boolean isDecidable() {
        return minGap >= DECIDABLE;
    }

    private static GoldenRequest read(JsonNode json) throws IOException {
        JsonNode expected = json.get("expected");
        List<Integer> ids = new ArrayList<>();
        expected.get("ids").forEach(id -> ids.add(id.asInt()));
        return new GoldenRequest(
                json.get("id").asText(),
                new LlavaRequest(
                        pictures(json.path("images")),
                        pictures(json.path("video")),
                        messages(json),
                        GenerationParameters.DEFAULT.withMaxNewTokens(ids.size())),
                json.path("several").asText().equals("single-tile")
                        ? SeveralImages.ONE_TILE_EACH
                        : SeveralImages.TILED,
                ids,
                expected.get("text").asText(),
                expected.get("prompt_tokens").asInt(),
                expected.get("min_gap").asDouble());
    }

    private static List<byte[]> pictures(JsonNode names) throws IOException {
        List<byte[]> pictures = new ArrayList<>();
        for (JsonNode name : names) {
            pictures.add(Files.readAllBytes(Golden.image(name.asText())));
        }
        return pictures;
    }

    private static List<Message> messages(JsonNode json) {
        if (json.has("question")) {
            return List.of(Message.user(json.get("question").asText()));
        }
        List<Message> messages = new ArrayList<>();
        for (JsonNode message : json.get("messages")) {
            messages.add(
                    new Message(
                            Message.Role.valueOf(
                                    message.get("role").asText().toUpperCase(Locale.ROOT)),
                            message.get("content").asText()));
        }
        return messages;
    }
}
