package io.flinkllava.examples.watch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flinkllava.examples.FileTail;

import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
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
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            long size = channel.size();
            if (size > 0 && channel.read(last, size - 1) == 1 && last.get(0) != '\n') {
                channel.write(ByteBuffer.wrap(new byte[] {'\n'}), size);
            }
        }
    }

    /** Reads what is there, oldest first; lines that are no captions are passed over. */
    static void read(Path file, Consumer<Captioned> captions) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        try (FileTail lines = new FileTail(file, 0)) {
            for (List<FileTail.Line> more = lines.next(); !more.isEmpty(); more = lines.next()) {
                more.stream().map(CaptionLog::parse).flatMap(Optional::stream).forEach(captions);
            }
        }
    }

    /** Empty for half a line, or somebody else's: the picture is captioned again. */
    private static Optional<Captioned> parse(FileTail.Line line) {
        try {
            return Optional.ofNullable(JSON.readValue(line.text(), Captioned.class))
                    .filter(Captioned::namesAPicture);
        } catch (JsonProcessingException e) {
            return Optional.empty();
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
