package io.flinkllava.flink.types;

import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.types.PojoTestUtils;

import io.flinkllava.flink.files.PictureFile;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.Message;
import io.flinkllava.runtime.PictureInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.time.LocalDateTime;

import static org.assertj.core.api.Assertions.assertThat;

/** Values that may stand in a job's records, nested lists included, are not left to Kryo. */
class PublicTypesTest {

    @ParameterizedTest
    @ValueSource(
            classes = {
                LlavaAnswer.Text.class,
                LlavaAnswer.Failure.class,
                LlavaAnswer.Choice.class,
                LlavaAnswer.Candidate.class,
                LlavaAnswer.Timing.class,
                Message.class,
                PictureFile.class
            })
    void areWrittenWithoutKryo(Class<?> type) {
        PojoTestUtils.assertSerializedAsPojoWithoutKryo(type);
    }

    @Test
    void picturesMayBeWithoutATime() throws IOException {
        SerializerConfigImpl config = new SerializerConfigImpl();
        config.setGenericTypes(false);
        TypeSerializer<PictureInfo> serializer = PictureInfoType.INSTANCE.createSerializer(config);
        for (LocalDateTime time : new LocalDateTime[] {LocalDateTime.of(2026, 2, 3, 4, 5), null}) {
            PictureInfo info = new PictureInfo("PNG", 3, 4, 6, time, "00ff");
            DataOutputSerializer written = new DataOutputSerializer(64);
            serializer.serialize(info, written);
            assertThat(serializer.deserialize(new DataInputDeserializer(written.getCopyOfBuffer())))
                    .isEqualTo(info);
        }
    }
}
