package io.flinkllava.flink.files;

import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.core.fs.Path;

import io.flinkllava.runtime.RequestLimits;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Builds a source of pictures from folders of Flink's file systems: one file, one record.
 *
 * <pre>{@code
 * FileSource<PictureFile> photos = PictureFiles.in("/data/photos").build();
 * env.fromSource(photos, WatermarkStrategy.noWatermarks(), "photos");
 * }</pre>
 *
 * <p>Folders are read with what they nest, each file once, over restarts too. Files whose name
 * starts with {@code .} or {@code _} are hidden. By default the source ends with the last file;
 * {@link #monitorContinuously} goes on. A watched folder has two rules: a file has to appear whole
 * (write it under a hidden name and rename it), and one that changes is not read again. Flink keeps
 * the path of every file of a watched folder in its checkpoints, so begin a new folder, and a new
 * job, before they are millions.
 *
 * <p>Not thread-safe; what it has built is independent of it.
 */
public final class PictureFiles {

    private static final Set<String> PICTURE_SUFFIXES =
            Set.of(".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff");

    private final Path[] folders;
    private Set<String> suffixes = PICTURE_SUFFIXES;
    private boolean content = true;
    private int maxBytes = RequestLimits.DEFAULT.maxImageBytes();
    private UnreadableFiles unreadable = UnreadableFiles.WITHOUT_CONTENT;
    private Duration interval;

    private PictureFiles(Path[] folders) {
        this.folders = folders;
    }

    /** Reads these folders, or files. */
    public static PictureFiles in(String... folders) {
        if (folders.length == 0) {
            throw new IllegalArgumentException("There is no folder: give at least one");
        }
        return new PictureFiles(Arrays.stream(folders).map(Path::new).toArray(Path[]::new));
    }

    /**
     * Takes files whose name ends so, in any case, in place of those of the formats that are
     * decoded.
     */
    public PictureFiles withSuffixes(String... value) {
        suffixes =
                Arrays.stream(value)
                        .map(suffix -> suffix.toLowerCase(Locale.ROOT))
                        .map(suffix -> suffix.startsWith(".") ? suffix : "." + suffix)
                        .collect(Collectors.toUnmodifiableSet());
        return this;
    }

    /** Takes files of any name. */
    public PictureFiles withAnySuffix() {
        suffixes = Set.of();
        return this;
    }

    /** Leaves the content out; no file is opened. */
    public PictureFiles withoutContent() {
        content = false;
        return this;
    }

    /**
     * The size of a file that is still read, in bytes; 32 MiB by default. {@link #build} refuses
     * what is no limit.
     */
    public PictureFiles withMaxBytes(int value) {
        maxBytes = value;
        return this;
    }

    /** What becomes of files that are too large or gone; a record without content by default. */
    public PictureFiles withUnreadable(UnreadableFiles value) {
        unreadable = Objects.requireNonNull(value, "unreadable");
        return this;
    }

    /**
     * Looks for new files in this interval, for ever. Each look lists all folders; {@link #build}
     * refuses an interval that is not above zero.
     */
    public PictureFiles monitorContinuously(Duration value) {
        interval = Objects.requireNonNull(value, "interval");
        return this;
    }

    /**
     * The source. Whether the folders are there is found out when the job runs: one that is not
     * fails it.
     *
     * @throws IllegalArgumentException if the interval is not above zero, or the limit of bytes is
     *     not within 1 and {@link io.flinkllava.flink.pictures.LimitedBytes#LARGEST}
     */
    public FileSource<PictureFile> build() {
        Set<String> wanted = suffixes;
        FileSource.FileSourceBuilder<PictureFile> source =
                FileSource.forBulkFileFormat(
                                new PictureFileFormat(content, maxBytes, unreadable), folders)
                        .setFileEnumerator(() -> new PictureEnumerator(wanted));
        return interval == null ? source.build() : source.monitorContinuously(interval).build();
    }
}
