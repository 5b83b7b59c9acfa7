package io.flinkllava.examples.requests;

import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.RequestLimits;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * The folder that pictures are read from. Request files may come from strangers, so nothing outside
 * is read: neither by {@code ..}, nor by an absolute path, nor through a symbolic link.
 *
 * @param folder an existing folder
 * @param limits bounds the number of pictures and their encoded size, before they are read
 */
public record ImageRoot(String folder, RequestLimits limits) implements Serializable {

    /**
     * Reads a picture.
     *
     * @param path as the request gives it: relative to the folder, or absolute and below it
     * @throws LlavaException which names the path as given
     */
    public byte[] read(String path) {
        Path file = locate(path);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(limits.maxImageBytes() + 1);
            if (bytes.length > limits.maxImageBytes()) {
                throw LlavaException.input(
                        "picture '"
                                + path
                                + "' is larger than "
                                + limits.maxImageBytes()
                                + " bytes");
            }
            return bytes;
        } catch (IOException e) {
            throw unreadable(path, "cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    private Path locate(String path) {
        if (path.isBlank()) {
            throw LlavaException.input("a picture's path is empty");
        }
        try {
            Path root = Path.of(folder).toRealPath();
            Path given = Path.of(folder).toAbsolutePath().normalize().resolve(path).normalize();
            requireBelow(path, Path.of(folder).toAbsolutePath().normalize(), given);
            if (!Files.exists(given)) {
                throw unreadable(path, "does not exist");
            }
            Path file = given.toRealPath();
            requireBelow(path, root, file);
            // Anything but a file could block for ever: a pipe, a device.
            if (!Files.isRegularFile(file)) {
                throw unreadable(path, "is not a file");
            }
            return file;
        } catch (InvalidPathException e) {
            throw unreadable(path, "is no path here (other letters need LC_ALL=C.UTF-8)");
        } catch (IOException e) {
            throw unreadable(path, "cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    private void requireBelow(String path, Path root, Path file) {
        if (!file.startsWith(root)) {
            throw unreadable(path, "is outside the image root (a folder above it would allow it)");
        }
    }

    private LlavaException unreadable(String path, String what) {
        return LlavaException.input("picture '" + path + "' " + what + "; image root is " + folder);
    }
}
