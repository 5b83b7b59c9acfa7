package io.flinkllava.examples.batch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flinkllava.examples.LocalJar;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** A batch that is told to end while it answers goes at once and leaves nothing behind. */
class InterruptITCase {

    private static final Path MODEL = Golden.checkpoint("llava15");
    private static final int ENDLESS = 20_000;

    /** 128 and the number of the signal: ended by it, and not by a crash. */
    private static final int TERMINATED = 143;

    @TempDir private Path folder;

    @Test
    void leavesNothingBehind() throws Exception {
        ObjectNode request = (ObjectNode) Answers.read(MODEL.resolve("requests.jsonl")).get(1);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < ENDLESS; i++) {
            lines.add(request.put("id", i).toString());
        }
        Path requests = Files.write(folder.resolve("requests.jsonl"), lines);

        LocalJar.Outcome outcome =
                new LocalJar(folder)
                        .run(this::endOnceItAnswers, BatchArguments.of(MODEL, requests));

        assertThat(outcome.status()).as(outcome.out() + outcome.err()).isEqualTo(TERMINATED);
        assertThat(folder.toFile().list())
                .containsExactlyInAnyOrder("requests.jsonl", "out", "err", "tmp");
    }

    private void endOnceItAnswers(ProcessHandle process) throws IOException {
        try (DirectoryStream<Path> answers =
                Files.newDirectoryStream(folder, "." + BatchArguments.ANSWERS + ".tmp-*")) {
            for (Path file : answers) {
                if (file.toFile().length() > 0) {
                    process.destroy();
                }
            }
        }
    }
}
