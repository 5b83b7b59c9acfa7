package io.flinkllava.flink.files;

import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.core.fs.Path;

import io.flinkllava.runtime.LlavaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class WholeFileFormatTest {

    private static final byte[] CONTENT = {1, '\n', 2, '\n', 3};
    private static final int LIMIT = CONTENT.length;

    private final WholeFileFormat<byte[]> format =
            new WholeFileFormat<>(
                    file ->
                            file.path().getName().endsWith(".skip")
                                    ? Optional.empty()
                                    : Optional.of(file.read(LIMIT)),
                    PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

    @TempDir private java.nio.file.Path folder;

    @Test
    void fileIsOneRecord() throws IOException {
        assertThat(read(createReader(split("a.png", CONTENT)))).containsExactly(CONTENT);
        assertThat(format.isSplittable()).isFalse();
    }

    @Test
    void fileMayBePassedOver() throws IOException {
        assertThat(read(createReader(split("a.skip", CONTENT)))).isEmpty();
    }

    @Test
    void restoredReaderReadsOnlyWhatHadNotLeft() throws IOException {
        FileSourceSplit split = split("a.png", CONTENT);
        assertThat(read(restoreReader(split))).hasSize(1);
        assertThat(
                        read(
                                restoreReader(
                                        split.updateWithCheckpointedPosition(
                                                new CheckpointedPosition(
                                                        CheckpointedPosition.NO_OFFSET, 1)))))
                .isEmpty();
    }

    @Test
    void fileBeyondTheLimitIsNotReadEvenIfItGrowsLater() throws IOException {
        FileSourceSplit split = split("a.png", new byte[LIMIT + 1]);
        assertThatThrownBy(() -> read(createReader(split)))
                .isInstanceOf(LlavaException.class)
                .hasMessage("The file is too large: 6 bytes, the limit is 5");

        FileSourceSplit listed = split("b.png", CONTENT);
        Files.write(folder.resolve("b.png"), new byte[LIMIT + 1]);
        assertThatThrownBy(() -> read(createReader(listed)))
                .isInstanceOf(LlavaException.class)
                .hasMessageContaining("grown since it was listed");
    }

    @Test
    void fileThatIsGoneIsTheFilesFault() throws IOException {
        FileSourceSplit split = split("a.png", CONTENT);
        Files.delete(folder.resolve("a.png"));
        assertThatThrownBy(() -> read(createReader(split)))
                .isInstanceOf(LlavaException.class)
                .hasMessageContaining("gone");
    }

    private FileSourceSplit split(String name, byte[] content) throws IOException {
        java.nio.file.Path file = Files.write(folder.resolve(name), content);
        return new FileSourceSplit(
                name, new Path(file.toUri()), 0, content.length, 1_000, content.length);
    }

    private BulkFormat.Reader<byte[]> createReader(FileSourceSplit split) {
        return format.createReader(new Configuration(), split);
    }

    private BulkFormat.Reader<byte[]> restoreReader(FileSourceSplit split) {
        return format.restoreReader(new Configuration(), split);
    }

    private static List<byte[]> read(BulkFormat.Reader<byte[]> reader) throws IOException {
        List<byte[]> records = new ArrayList<>();
        for (BulkFormat.RecordIterator<byte[]> batch = reader.readBatch();
                batch != null;
                batch = reader.readBatch()) {
            for (var record = batch.next(); record != null; record = batch.next()) {
                records.add(record.getRecord());
                assertThat(record.getRecordSkipCount()).isEqualTo(1);
            }
        }
        return records;
    }
}
