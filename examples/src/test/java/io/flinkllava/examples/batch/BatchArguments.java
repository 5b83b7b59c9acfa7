package io.flinkllava.examples.batch;

import io.flinkllava.testing.Golden;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Arguments with which the golden requests get their golden answers. */
final class BatchArguments {

    static final String ANSWERS = "answers.jsonl";

    private BatchArguments() {}

    static String[] of(Path model, Path requests, String... more) {
        return about(Golden.image("img0.png").getParent(), model, requests, more);
    }

    static String[] about(Path images, Path model, Path requests, String... more) {
        List<String> arguments = new ArrayList<>();
        arguments.add("run-batch");
        arguments.addAll(List.of("--model", model.toString()));
        arguments.addAll(List.of("--input", requests.toString()));
        arguments.addAll(List.of("--output", ANSWERS));
        arguments.addAll(List.of("--image-root", images.toString()));
        arguments.addAll(List.of("--device", "cpu"));
        arguments.addAll(List.of("--max-new-tokens", "24"));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }
}
