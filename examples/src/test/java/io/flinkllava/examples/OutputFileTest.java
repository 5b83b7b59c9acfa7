package io.flinkllava.examples;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

class OutputFileTest {

    @TempDir private Path folder;
    private Path place;

    @BeforeEach
    void writeOldAnswers() throws IOException {
        place = Files.writeString(folder.resolve("answers.jsonl"), "old");
    }

    @Test
    void replacesTheOldFileWhenPublished() throws IOException {
        try (OutputFile file = OutputFile.at(place)) {
            assertThat(file.temporary().getFileName().toString()).startsWith(".answers.jsonl.tmp-");
            Files.writeString(file.temporary(), "new");
            assertThat(place).hasContent("old");
            file.publish();
        }

        assertThat(place).hasContent("new");
        assertThat(folder.toFile().list()).containsExactly("answers.jsonl");
    }

    @Test
    void leavesTheOldFileUnlessPublished() throws IOException {
        try (OutputFile file = OutputFile.at(place)) {
            Files.writeString(file.temporary(), "half");
        }

        assertThat(place).hasContent("old");
        assertThat(folder.toFile().list()).containsExactly("answers.jsonl");
    }
}
