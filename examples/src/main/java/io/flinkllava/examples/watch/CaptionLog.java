package io.flinkllava.examples.watch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/**
 * {@code captions.jsonl}: every caption, one JSON object a line, oldest first. Only grows, so a
 * watch that was stopped can go on where it was.
 */
final class CaptionLog implements Closeable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final BufferedWriter out;

    /** Opens it to be added to. */
    CaptionLog(Path file) throws IOException {
        endLastLine(file);
        out = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** A process that was killed may have left half a line. */
    private static void endLastLine(Path file) throws IOException {
        byte[] end = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        if (end.length > 0 && end[end.length - 1] != '\n') {
            Files.writeString(file, "\n", StandardOpenOption.APPEND);
        }
    }

    /** Reads what is there, oldest first; lines that are no captions are passed over. */
    static void read(Path file, Consumer<Captioned> captions) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                try {
                    captions.accept(JSON.readValue(line, Captioned.class));
                } catch (JsonProcessingException e) {
                    // Half a line, or somebody else's: the picture is captioned again.
                }
            }
        }
    }

    void add(Captioned caption) throws IOException {
        out.write(JSON.writeValueAsString(caption));
        out.newLine();
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
