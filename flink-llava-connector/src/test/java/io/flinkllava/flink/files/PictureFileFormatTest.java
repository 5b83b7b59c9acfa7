package io.flinkllava.flink.files;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.enumerate.FileEnumerator;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.connector.file.src.util.RecordAndPosition;
import org.apache.flink.types.PojoTestUtils;

import io.flinkllava.runtime.LlavaException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PictureFileFormatTest {

    private static final byte[] CONTENT = {1, 10, 2, 10, 3};
    private static final PictureFileFormat FORMAT =
            new PictureFileFormat(true, 5, UnreadableFiles.WITHOUT_CONTENT);

    @TempDir Path folder;
    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = Files.write(folder.resolve("a b.png"), CONTENT);
    }

    private FileSourceSplit split() throws IOException {
        return splits(new PictureEnumerator(Set.of(".png"))).iterator().next();
    }

    private Collection<FileSourceSplit> splits(FileEnumerator enumerator) throws IOException {
        org.apache.flink.core.fs.Path path = new org.apache.flink.core.fs.Path(folder.toString());
        // The same folder twice: its files are still found once.
        return enumerator.enumerateSplits(new org.apache.flink.core.fs.Path[] {path, path}, 1);
    }

    private static BulkFormat.Reader<PictureFile> reader(
            PictureFileFormat format, FileSourceSplit split) {
        return format.createReader(new Configuration(), split);
    }

    @Test
    void oneFileIsOneRecord() throws IOException {
        BulkFormat.Reader<PictureFile> reader = reader(FORMAT, split());
        BulkFormat.RecordIterator<PictureFile> records = reader.readBatch();
        RecordAndPosition<PictureFile> only = records.next();

        assertThat(only.getRecord())
                .usingRecursiveComparison()
                .isEqualTo(
                        new PictureFile(
                                "file:" + file,
                                5,
                                Instant.ofEpochMilli(file.toFile().lastModified()),
                                CONTENT,
                                null));
        assertThat(only.getRecordSkipCount()).isEqualTo(1);
        assertThat(records.next()).isNull();
        assertThat(reader.readBatch()).isNull();
    }

    @Test
    void whatWasDeliveredIsNotReadAgain() throws IOException {
        CheckpointedPosition delivered =
                new CheckpointedPosition(CheckpointedPosition.NO_OFFSET, 1);
        CheckpointedPosition nothing = new CheckpointedPosition(CheckpointedPosition.NO_OFFSET, 0);
        Configuration none = new Configuration();

        assertThat(
                        FORMAT.restoreReader(
                                        none, split().updateWithCheckpointedPosition(delivered))
                                .readBatch())
                .isNull();
        assertThat(
                        FORMAT.restoreReader(none, split().updateWithCheckpointedPosition(nothing))
                                .readBatch())
                .isNotNull();
        assertThat(FORMAT.restoreReader(none, split()).readBatch()).isNotNull();
    }

    @Test
    void contentThatNobodyWantsIsNotOpened() throws IOException {
        FileSourceSplit split = split();
        Files.delete(file);
        PictureFileFormat names = new PictureFileFormat(false, 1, UnreadableFiles.FAIL);

        PictureFile record = reader(names, split).readBatch().next().getRecord();

        assertThat(record.size()).isEqualTo(5);
        assertThat(record.content()).isNull();
        assertThat(record.problem()).isNull();
    }

    @Test
    void filesBeyondTheLimitFollowThePolicy() throws IOException {
        FileSourceSplit split = split();

        PictureFile record =
                reader(limited(UnreadableFiles.WITHOUT_CONTENT), split)
                        .readBatch()
                        .next()
                        .getRecord();
        assertThat(record.content()).isNull();
        assertThat(record.problem()).contains("a b.png", "5 bytes", "limit is 4");
        assertThat(reader(limited(UnreadableFiles.SKIP), split).readBatch()).isNull();
        assertThatThrownBy(() -> reader(limited(UnreadableFiles.FAIL), split).readBatch())
                .isInstanceOf(LlavaException.class)
                .hasMessageContaining("limit is 4");
    }

    @Test
    void filesThatGrewFollowThePolicyToo() throws IOException {
        FileSourceSplit split = split();
        Files.write(file, new byte[6]);

        assertThat(reader(FORMAT, split).readBatch().next().getRecord().problem())
                .contains("limit is 5");
    }

    @Test
    void filesThatAreGoneFollowThePolicy() throws IOException {
        FileSourceSplit split = split();
        Files.delete(file);

        assertThat(reader(FORMAT, split).readBatch().next().getRecord().problem())
                .contains("a b.png is gone");
        assertThat(reader(limited(UnreadableFiles.SKIP), split).readBatch()).isNull();
        PictureFileFormat failing = new PictureFileFormat(true, 5, UnreadableFiles.FAIL);
        assertThatThrownBy(() -> reader(failing, split).readBatch())
                .isInstanceOf(FileNotFoundException.class);
    }

    @Test
    void whatIsNoLimitIsRefusedWhereItIsWritten() {
        for (int limit : new int[] {0, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> new PictureFileFormat(true, limit, UnreadableFiles.FAIL))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("max-bytes is " + limit);
        }
    }

    private static PictureFileFormat limited(UnreadableFiles unreadable) {
        return new PictureFileFormat(true, 4, unreadable);
    }

    @Test
    void findsNestedFilesByTheirNames() throws IOException {
        Files.createDirectories(folder.resolve("x.png/y"));
        for (String name : new String[] {"x.png/y/B.PNG", "c.txt", ".d.png", "_e.png", "png"}) {
            Files.write(folder.resolve(name), CONTENT);
        }

        assertThat(splits(new PictureEnumerator(Set.of(".png"))))
                .extracting(split -> split.path().getName())
                .containsExactlyInAnyOrder("a b.png", "B.PNG");
        assertThat(splits(new PictureEnumerator(Set.of())))
                .extracting(split -> split.path().getName())
                .containsExactlyInAnyOrder("a b.png", "B.PNG", "c.txt", "png");
    }

    @Test
    void recordsAreWrittenWithoutKryo() {
        PojoTestUtils.assertSerializedAsPojoWithoutKryo(PictureFile.class);
    }
}
