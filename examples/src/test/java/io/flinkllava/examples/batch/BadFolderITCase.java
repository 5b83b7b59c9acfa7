package io.flinkllava.examples.batch;

import io.flinkllava.examples.LocalJar;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** A folder that cannot be loaded fails the job, in one line that a person can act on. */
class BadFolderITCase {

    @TempDir private Path folder;
    private Path model;
    private Path answers;

    @BeforeEach
    void copyModel() throws IOException {
        model = Files.createDirectory(folder.resolve("model"));
        answers = Files.writeString(folder.resolve(BatchArguments.ANSWERS), "old");
        try (Stream<Path> files = Files.list(Golden.checkpoint("llava15"))) {
            for (Path file : files.toList()) {
                Files.copy(file, model.resolve(file.getFileName()));
            }
        }
    }

    @Test
    void namesTheMissingConfig() throws Exception {
        Files.delete(model.resolve("config.json"));

        failsNaming("config.json");
    }

    @Test
    void namesTheTruncatedWeights() throws Exception {
        try (FileChannel file =
                FileChannel.open(model.resolve("model.safetensors"), StandardOpenOption.WRITE)) {
            file.truncate(file.size() / 2);
        }

        failsNaming("model.safetensors");
    }

    @Test
    void tellsEverythingIfAsked() throws Exception {
        Files.delete(model.resolve("tokenizer.json"));

        LocalJar.Outcome outcome = run("--verbose");

        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err()).contains("\tat io.flinkllava.", "JobExecutionException", "INFO");
        assertThat(outcome.err().lines())
                .anyMatch(line -> line.contains("tokenizer.json") && !line.contains("Exception"));
    }

    private void failsNaming(String file) throws Exception {
        LocalJar.Outcome outcome = run();

        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err().lines().filter(line -> !line.startsWith("loading the model")))
                .singleElement()
                .asString()
                .contains(file, model.toString());
        assertThat(outcome.out()).isEmpty();
    }

    private LocalJar.Outcome run(String... more) throws Exception {
        Path requests = Golden.checkpoint("llava15").resolve("requests.jsonl");
        LocalJar.Outcome outcome =
                new LocalJar(folder).run(BatchArguments.of(model, requests, more));
        assertThat(answers).hasContent("old");
        assertThat(List.of(folder.toFile().list()))
                .containsExactlyInAnyOrder("model", BatchArguments.ANSWERS, "tmp", "out", "err");
        return outcome;
    }
}
