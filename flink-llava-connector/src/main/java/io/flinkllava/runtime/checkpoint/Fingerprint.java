package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.LlavaException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Tells models apart by the content of their files, wherever they lie. Of large files only the size
 * and evenly spread samples are read, close enough to meet the projector of a large model several
 * times: it may be all that was trained.
 */
public final class Fingerprint {

    private static final int BYTES = 8;
    private static final int SAMPLES = 512;
    private static final int SAMPLE_BYTES = 4096;

    private Fingerprint() {}

    /**
     * The fingerprint of a checkpoint, by what is read of its folder.
     *
     * @return 16 hexadecimal digits
     * @throws LlavaException MODEL if a file cannot be read
     */
    public static String of(Checkpoint checkpoint) {
        return of(checkpoint.files());
    }

    /**
     * The fingerprint of some files, by their names and contents in this order.
     *
     * @return 16 hexadecimal digits
     * @throws LlavaException MODEL if a file cannot be read
     */
    public static String of(List<Path> files) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : files) {
                add(digest, file);
            }
            return HexFormat.of().formatHex(digest.digest(), 0, BYTES);
        } catch (IOException e) {
            throw LlavaException.model("Cannot tell by its files which model it is: " + e);
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
