package io.flinkllava.examples.conversation;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import static org.assertj.core.api.Assertions.assertThat;

class LineCountTest {

    @TempDir private Path folder;

    @Test
    void countsOnFromWhereItWas() throws IOException {
        Path file = Files.writeString(folder.resolve("lines"), "one\n \ntwo\nthr");
        try (LineCount count = new LineCount(file)) {
            assertThat(count.ended()).isEqualTo(2);

            // What was counted is not looked at again.
            Files.writeString(file, "\n\n\n\n\n\n\n\n\n\nthr");
            Files.writeString(file, "ee\nfour\n", StandardOpenOption.APPEND);
            assertThat(count.ended()).isEqualTo(4);
        }
    }

    @Test
    void countsALineThatHasNotEndedOnce() throws IOException {
        Path file = Files.writeString(folder.resolve("lines"), "one\ntwo");
        try (LineCount count = new LineCount(file)) {
            assertThat(count.all()).isEqualTo(2);
            assertThat(count.all()).isEqualTo(2);

            Files.writeString(file, "\nthree", StandardOpenOption.APPEND);
            assertThat(count.all()).isEqualTo(3);
        }
    }
}
