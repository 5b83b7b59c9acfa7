package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.LlavaException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Tells checkpoints apart by their content, wherever they lie. Of large files only the size and
 * evenly spread samples are read: weights that were trained differ everywhere.
 */
public final class Fingerprint {

    private static final int BYTES = 8;
    private static final int SAMPLES = 64;
    private static final int SAMPLE_BYTES = 4096;

    private Fingerprint() {}

    /**
     * The fingerprint of a checkpoint folder: 16 hexadecimal digits.
     *
     * @throws LlavaException MODEL if a file cannot be read
     */
    public static String of(Path folder) {
        try (Stream<Path> found = Files.list(folder)) {
            List<Path> files = found.filter(Files::isRegularFile).sorted().toList();
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : files) {
                add(digest, file);
            }
            return HexFormat.of().formatHex(digest.digest(), 0, BYTES);
        } catch (IOException e) {
            throw LlavaException.model("Cannot read " + folder + ": " + e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    private static void add(MessageDigest digest, Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            digest.update((file.getFileName() + "\0" + size + "\0").getBytes(UTF_8));
            long step = Math.max(SAMPLE_BYTES, size / SAMPLES);
            ByteBuffer sample = ByteBuffer.allocate(SAMPLE_BYTES);
            for (long at = 0; at < size; at += step) {
                channel.read(sample.clear(), at);
                digest.update(sample.flip());
            }
        }
    }
}
