package io.flinkllava.examples.requests;

import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.RequestLimits;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The folder that pictures and the frames of videos are read from. Request files may come from
 * strangers, so nothing outside is read: neither by {@code ..}, nor by an absolute path, nor
 * through a symbolic link.
 *
 * @param folder an existing folder
 * @param limits bounds the number of pictures and frames and their encoded size, before they are
 *     read
 */
public record ImageRoot(String folder, RequestLimits limits) implements Serializable {

    private static final String PICTURE = "picture";
    private static final String FRAME = "frame";

    /**
     * Reads a picture.
     *
     * @param path as the request gives it: relative to the folder, or absolute and below it
     * @throws LlavaException which names the path as given
     */
    public byte[] read(String path) {
        return read(PICTURE, path);
    }

    /**
     * Reads the pictures of a request.
     *
     * @throws LlavaException if there are too many, else as {@link #read}
     */
    List<byte[]> pictures(List<String> paths) {
        return read(PICTURE, paths, limits.maxImages(), "max-images");
    }

    /**
     * Reads the frames of a request's video.
     *
     * @throws LlavaException if there are too many, else as {@link #read}
     */
    List<byte[]> frames(List<String> paths) {
        return read(FRAME, paths, limits.maxFrames(), "max-frames");
    }

    private List<byte[]> read(String what, List<String> paths, int most, String limit) {
        if (paths.size() > most) {
            throw LlavaException.input(
                    "The request has "
                            + paths.size()
                            + " "
                            + what
                            + "s, more than "
                            + limit
                            + " allows ("
                            + most
                            + ")");
        }
        List<byte[]> read = new ArrayList<>(paths.size());
        for (String path : paths) {
            read.add(read(what, path));
        }
        return read;
    }

    private byte[] read(String what, String path) {
        Path file = locate(what, path);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(limits.maxImageBytes() + 1);
            if (bytes.length > limits.maxImageBytes()) {
                throw LlavaException.input(
                        what
                                + " '"
                                + path
                                + "' is larger than "
                                + limits.maxImageBytes()
                                + " bytes");
            }
            return bytes;
        } catch (IOException e) {
            throw unreadable(what, path, "cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    private Path locate(String what, String path) {
        if (path.isBlank()) {
            throw LlavaException.input("a " + what + "'s path is empty");
        }
        try {
            Path root = Path.of(folder).toRealPath();
            Path given = Path.of(folder).toAbsolutePath().normalize().resolve(path).normalize();
            requireBelow(what, path, Path.of(folder).toAbsolutePath().normalize(), given);
            if (!Files.exists(given)) {
                throw unreadable(what, path, "does not exist");
            }
            Path file = given.toRealPath();
            requireBelow(what, path, root, file);
            // Anything but a file could block for ever: a pipe, a device.
            if (!Files.isRegularFile(file)) {
                throw unreadable(what, path, "is not a file");
            }
            return file;
        } catch (InvalidPathException e) {
            throw unreadable(what, path, "is no path here (other letters need LC_ALL=C.UTF-8)");
        } catch (IOException e) {
            throw unreadable(what, path, "cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    private void requireBelow(String what, String path, Path root, Path file) {
        if (!file.startsWith(root)) {
            throw unreadable(
                    what, path, "is outside the image root (a folder above it would allow it)");
        }
    }

    private LlavaException unreadable(String what, String path, String why) {
        return LlavaException.input(what + " '" + path + "' " + why + "; image root is " + folder);
    }
}
