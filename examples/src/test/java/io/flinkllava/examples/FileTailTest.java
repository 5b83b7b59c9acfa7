package io.flinkllava.examples;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import static org.assertj.core.api.Assertions.assertThat;

class FileTailTest {

    @TempDir private Path folder;
    private Path file;

    @BeforeEach
    void lay() throws IOException {
        file = Files.createFile(folder.resolve("lines"));
    }

    @Test
    void aLineIsThereWhenItHasEnded() throws IOException {
        try (FileTail tail = new FileTail(file, 0)) {
            append("하나\ntw");
            assertThat(tail.next()).containsExactly(new FileTail.Line("하나", 7));
            assertThat(tail.next()).isEmpty();

            append("o\n");
            assertThat(tail.next()).containsExactly(new FileTail.Line("two", 11));
        }
    }

    @Test
    void takesALastLineWithoutAnEndIfToldSo() throws IOException {
        append("one\ntwo");

        assertThat(FileTail.all(file)).containsExactly(new FileTail.Line("one", 4));
        assertThat(FileTail.whole(file))
                .containsExactly(new FileTail.Line("one", 4), new FileTail.Line("two", 7));
    }

    @Test
    void goesOnBehindALine() throws IOException {
        append("one\ntwo\n");

        long end = FileTail.all(file).get(0).end();

        try (FileTail tail = new FileTail(file, end)) {
            assertThat(tail.next()).containsExactly(new FileTail.Line("two", 8));
        }
    }

    @Test
    void cutsWhatWouldFillTheMemory() throws IOException {
        append("x".repeat(FileTail.MAX_LINE_BYTES + 5) + "\nnext\n");

        assertThat(FileTail.all(file))
                .extracting(line -> line.text().length())
                .containsExactly(FileTail.MAX_LINE_BYTES, 4);
    }

    private void append(String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.APPEND);
    }
}
