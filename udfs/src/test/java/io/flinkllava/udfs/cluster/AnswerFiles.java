package io.flinkllava.udfs.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What jobs have written and committed. */
final class AnswerFiles {

    private static final ObjectMapper JSON = new ObjectMapper();

    private AnswerFiles() {}

    /** All lines; files still being written begin with a dot. */
    static List<String> lines(Path folder) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path file : committed(folder)) {
            lines.addAll(Files.readAllLines(file));
        }
        return lines;
    }

    static List<Path> committed(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(AnswerFiles::isCommitted).toList();
        }
    }

    /** All lines as JSON. */
    static List<JsonNode> rows(Path folder) throws IOException {
        List<JsonNode> rows = new ArrayList<>();
        for (String line : lines(folder)) {
            rows.add(JSON.readTree(line));
        }
        return rows;
    }

    private static boolean isCommitted(Path file) {
        return Files.isRegularFile(file) && file.getFileName().toString().startsWith("part-");
    }
}
