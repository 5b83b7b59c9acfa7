package io.flinkllava.flink.types;

import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

import io.flinkllava.flink.files.PictureFile;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaRequest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.time.Instant;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** What earlier versions left in savepoints can be read. */
class SavedStateTest {

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
}
