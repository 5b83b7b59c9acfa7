package io.flinkllava.flink.pictures;

import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.UnsupportedFileSystemSchemeException;

import io.flinkllava.runtime.LlavaException;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.List;

/**
 * Pictures in Flink's file systems, below the folders that are allowed. A local file is read where
 * its symbolic links lead, and that has to be below the same folder.
 */
final class FilePictures implements PicturePlace {

    private final List<FileLocation> allowed;
    private final LimitedBytes limit;

    FilePictures(PictureAccess access) {
        this.allowed =
                access.prefixes().stream()
                        .map(FileLocation::parsePrefix)
                        .map(FileLocation::qualified)
                        .toList();
        this.limit = new LimitedBytes(access.maxBytes());
    }

    @Override
    public byte[] read(Reading reading) throws IOException {
        String uri = reading.uri();
        FileLocation location = FileLocation.parse(uri).qualified();
        FileLocation folder =
                allowed.stream()
                        .filter(prefix -> prefix.contains(location))
                        .findFirst()
                        .orElseThrow(() -> notAllowed(uri));
        try {
            Path path = location.isLocal() ? real(location, folder, uri) : folder.toFlink(location);
            return read(path, reading);
        } catch (FileNotFoundException | NoSuchFileException e) {
            throw LlavaException.input(ShownUri.of(uri) + " does not exist.");
        } catch (AccessDeniedException e) {
            throw LlavaException.input(
                    ShownUri.of(uri) + " may not be read by the TaskManager's user.");
        } catch (UnsupportedFileSystemSchemeException e) {
            throw LlavaException.input(
                    ShownUri.of(uri)
                            + " is not read: Flink knows no file system '"
                            + location.scheme()
                            + "'. Put its plugin into the plugins folder.");
        }
    }

    private static Path real(FileLocation location, FileLocation folder, String uri)
            throws IOException {
        java.nio.file.Path real = java.nio.file.Path.of(location.path()).toRealPath();
        if (!real.startsWith(java.nio.file.Path.of(folder.path()).toRealPath())) {
            throw notAllowed(uri);
        }
        if (FileLocation.hasBackslash(real.toString())) {
            throw LlavaException.input(
                    ShownUri.of(uri) + " is not read: there is a \\ where its links lead.");
        }
        // A pipe or device would be read for ever.
        if (!Files.isRegularFile(real)) {
            throw LlavaException.input(ShownUri.of(uri) + " is no file.");
        }
        return new Path(FileLocation.LOCAL, null, real.toString());
    }

    private byte[] read(Path path, Reading reading) throws IOException {
        String uri = reading.uri();
        FileSystem fileSystem = path.getFileSystem();
        FileStatus status = fileSystem.getFileStatus(path);
        if (status.isDir()) {
            throw LlavaException.input(ShownUri.of(uri) + " is a folder, not a picture.");
        }
        limit.check(status.getLen(), uri);
        try (FSDataInputStream input = fileSystem.open(path)) {
            reading.waitsFor(input);
            return limit.read(input, status.getLen(), uri);
        }
    }

    private static LlavaException notAllowed(String uri) {
        return LlavaException.input(
                ShownUri.of(uri)
                        + " is not allowed: it is below none of the job's allowed prefixes.");
    }
}
