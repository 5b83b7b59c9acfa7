package io.flinkllava.flink.types;

import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.PendingSplitsCheckpoint;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.core.fs.Path;

import io.flinkllava.flink.files.PictureFile;
import io.flinkllava.flink.files.PictureFileFormat;
import io.flinkllava.flink.files.PictureFiles;
import io.flinkllava.flink.files.UnreadableFiles;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaRequest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** What earlier versions left in savepoints can be read. */
class SavedStateTest {

    private static final FileSource<PictureFile> WATCHED =
            PictureFiles.in("/photos").monitorContinuously(Duration.ofSeconds(1)).build();

    private static <T> TypeSerializer<T> serializer(TypeInformation<T> type) {
        SerializerConfigImpl config = new SerializerConfigImpl();
        config.setGenericTypes(false);
        return type.createSerializer(config);
    }

    @ParameterizedTest
    @ValueSource(strings = "0.1")
    void answers(String version) throws IOException {
        TypeSerializer<LlavaAnswer> serializer = serializer(LlavaAnswerTypeInfo.INSTANCE);
        for (LlavaAnswer answer :
                List.of(LlavaAnswerSerializerTest.TEXT, LlavaAnswerSerializerTest.FAILURE)) {
            String name = "LlavaAnswer." + answer.getClass().getSimpleName();
            assertThat(SavedState.read(version, name, serializer, answer)).isEqualTo(answer);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = "0.1")
    void requests(String version) throws IOException {
        LlavaRequest request = LlavaRequestSerializerTest.FULL;
        LlavaRequest read =
                SavedState.read(
                        version,
                        "LlavaRequest",
                        serializer(LlavaRequestTypeInfo.INSTANCE),
                        request);
        assertThat(read).usingRecursiveComparison().isEqualTo(request);
    }

    @ParameterizedTest
    @ValueSource(strings = "0.1")
    void files(String version) throws IOException {
        PictureFile file =
                new PictureFile(
                        "file:/a b.png", 3, Instant.ofEpochMilli(5), new byte[] {1, 2, 3}, null);
        assertThat(
                        SavedState.read(
                                version,
                                "PictureFile",
                                serializer(TypeInformation.of(PictureFile.class)),
                                file))
                .usingRecursiveComparison()
                .isEqualTo(file);
    }

    /** Of a watched folder: files that nobody has read yet, and those that are never read again. */
    @ParameterizedTest
    @ValueSource(strings = "0.1")
    void watchedFolders(String version) throws IOException {
        List<Path> seen = List.of(new Path("file:/photos/a b.png"), new Path("s3://b/c.jpg"));
        FileSourceSplit waiting = split("file:/photos/deep/d.png");
        PendingSplitsCheckpoint<FileSourceSplit> restored =
                SavedState.read(
                        version,
                        "PictureFiles.folder",
                        WATCHED.getEnumeratorCheckpointSerializer(),
                        PendingSplitsCheckpoint.fromCollectionSnapshot(List.of(waiting), seen));
        assertThat(restored.getAlreadyProcessedPaths()).containsExactlyInAnyOrderElementsOf(seen);
        assertThat(restored.getSplits())
                .singleElement()
                .usingRecursiveComparison()
                .ignoringFields("serializedFormCache")
                .isEqualTo(waiting);
    }

    /** A file whose record had left before the checkpoint gives no second one. */
    @ParameterizedTest
    @ValueSource(strings = "0.1")
    void filesThatAreRead(String version) throws IOException {
        FileSourceSplit read =
                split("file:/photos/e.png")
                        .updateWithCheckpointedPosition(
                                new CheckpointedPosition(CheckpointedPosition.NO_OFFSET, 1));
        FileSourceSplit restored =
                SavedState.read(version, "PictureFiles.file", WATCHED.getSplitSerializer(), read);
        assertThat(restored)
                .usingRecursiveComparison()
                .ignoringFields("serializedFormCache")
                .isEqualTo(read);
        PictureFileFormat format = new PictureFileFormat(true, 100, UnreadableFiles.FAIL);
        assertThat(format.restoreReader(new Configuration(), restored).readBatch()).isNull();
    }

    private static FileSourceSplit split(String path) {
        return new FileSourceSplit(path, new Path(path), 0, 3, 5, 3, "host");
    }
}
