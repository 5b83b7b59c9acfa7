package io.flinkllava.runtime.onnx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.engine.Prompt;
import io.flinkllava.runtime.engine.StepExecutor.RowToken;
import io.flinkllava.runtime.image.TestPictures;
import io.flinkllava.runtime.image.VisualProcessor;
import io.flinkllava.testing.Golden;
import io.flinkllava.testing.ImageTokens;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * What torch says to a prompt with one picture for the model that was exported.
 *
 * @param firstFeature the start of the picture's first vector; empty where it was not kept
 * @param lastFeature the start of its last vector
 * @param firstScores the start of the scores behind the prompt
 */
record ExportedGolden(
        int[] tokenIds,
        int width,
        int height,
        List<Float> firstFeature,
        List<Float> lastFeature,
        List<Float> firstScores,
        List<Integer> answer) {

    /** Folders below {@code onnx-export}. */
    static final List<String> MODELS = List.of("llava", "llava_next", "llava_onevision");

    static Path folder(String model) {
        return Golden.path("onnx-export/" + model);
    }

    static List<ExportedGolden> all(String model) {
        if (model.equals("llava")) {
            JsonNode json = json("torch_golden.json");
            return List.of(
                    new ExportedGolden(
                            ids(json.get("ids")),
                            56,
                            56,
                            List.of(),
                            List.of(),
                            floats(json.get("logits_last_first8")),
                            integers(json.get("new_ids"))));
        }
        List<ExportedGolden> cases = new ArrayList<>();
        for (JsonNode json : json("anyres_golden.json")) {
            if (json.get("kind").asText().equals(model)) {
                cases.add(
                        new ExportedGolden(
                                ids(json.get("ids")),
                                json.get("wh").get(0).asInt(),
                                json.get("wh").get(1).asInt(),
                                floats(json.get("feat_first")),
                                floats(json.get("feat_last")),
                                floats(json.get("logits8")),
                                integers(json.get("new_ids"))));
            }
        }
        return cases;
    }

    Prompt prompt(Checkpoint checkpoint) {
        VisualProcessor processor =
                new VisualProcessor(
                        checkpoint.config(),
                        checkpoint.imageProcessor(),
                        checkpoint.videoProcessor());
        return Prompt.of(
                tokenIds.clone(),
                List.of(processor.image(TestPictures.generated(width, height))),
                ImageTokens.of(checkpoint.config()));
    }

    /** What an executor answers, alone in its first row. */
    List<Integer> answer(ExportedStepExecutor executor, Checkpoint checkpoint) {
        List<Integer> tokens = new ArrayList<>();
        tokens.add(executor.prefill(0, prompt(checkpoint), false).best(0));
        while (tokens.size() < answer.size()) {
            int last = tokens.get(tokens.size() - 1);
            tokens.add(executor.decode(List.of(new RowToken(0, last)), false).best(0));
        }
        return tokens;
    }

    private static JsonNode json(String name) {
        try {
            return new ObjectMapper().readTree(folder(name).toFile());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int[] ids(JsonNode array) {
        return integers(array).stream().mapToInt(Integer::intValue).toArray();
    }

    private static List<Integer> integers(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asInt).toList();
    }

    private static List<Float> floats(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(value -> (float) value.asDouble())
                .toList();
    }
}
