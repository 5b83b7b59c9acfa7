package io.flinkllava.operators;

import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;

import io.flinkllava.flink.types.SavedState;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What jobs keep of a step's input and output, in windows or between two operators: what earlier
 * versions left in savepoints can be read. {@code -Dllava.save-state} is as in {@link SavedState}.
 */
class SavedTypesTest {

    private static final TypeInformation<Photo> PHOTO = Types.POJO(Photo.class);
    private static final LlavaAnswer CAT =
            new LlavaAnswer.Text(
                    "A cat.",
                    List.of(5, 6, 2),
                    7,
                    LlavaAnswer.FinishReason.STOP,
                    new LlavaAnswer.Timing(1, 2, 3, 4));

    @ParameterizedTest
    @ValueSource(strings = "0.1")
    void results(String version) throws IOException {
        assertSaved(
                version,
                "LlavaResult",
                LlavaResult.type(PHOTO),
                new LlavaResult<>(Photo.number(7), CAT, "llava-7b", "00ff"));
    }

    @ParameterizedTest
    @ValueSource(strings = "0.1")
    void deadLetters(String version) throws IOException {
        assertSaved(
                version,
                "DeadLetter",
                DeadLetter.type(PHOTO),
                new DeadLetter<>(
                        Photo.number(7),
                        LlavaErrorCode.UNAVAILABLE,
                        "The picture's host is down.",
                        3,
                        1_764_000_000_000L,
                        "llava-7b",
                        "00ff",
                        5L));
    }

    @ParameterizedTest
    @ValueSource(strings = "0.1")
    void modelChanges(String version) throws IOException {
        assertSaved(
                version,
                "ModelChange",
                TypeInformation.of(ModelChange.class),
                new ModelChange("/models/later", 1_764_000_000_000L));
    }

    @ParameterizedTest
    @ValueSource(strings = "0.1")
    void rejectedModels(String version) throws IOException {
        assertSaved(
                version,
                "RejectedModel",
                RejectedModel.TYPE,
                new RejectedModel(
                        "/models/later",
                        1_764_000_000_000L,
                        "config.json is missing.",
                        1_764_000_000_001L));
    }

    private static <T> void assertSaved(
            String version, String name, TypeInformation<T> type, T value) throws IOException {
        SerializerConfigImpl config = new SerializerConfigImpl();
        config.setGenericTypes(false);
        TypeSerializer<T> serializer = type.createSerializer(config);
        assertThat(SavedState.read(version, name, serializer, value)).isEqualTo(value);
    }
}
