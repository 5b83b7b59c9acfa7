package io.flinkllava.flink.types;

import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeInformationTestBase;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.types.PojoTestUtils;

import io.flinkllava.runtime.LlavaAnswer;
import org.junit.jupiter.api.Test;

import java.io.IOException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LlavaAnswerTypeInfoTest extends TypeInformationTestBase<LlavaAnswerTypeInfo> {

    @Override
    protected LlavaAnswerTypeInfo[] getTestData() {
        return new LlavaAnswerTypeInfo[] {LlavaAnswerTypeInfo.INSTANCE};
    }

    @Test
    void bothKindsAreWrittenWithoutKryo() {
        PojoTestUtils.assertSerializedAsPojoWithoutKryo(LlavaAnswer.Text.class);
        PojoTestUtils.assertSerializedAsPojoWithoutKryo(LlavaAnswer.Failure.class);
    }

    @Test
    void serializerOfASavepointReadsWhatWasWritten() throws IOException {
        TypeSerializer<LlavaAnswer> serializer = serializer();
        DataOutputSerializer savepoint = new DataOutputSerializer(256);
        TypeSerializerSnapshot.writeVersionedSnapshot(
                savepoint, serializer.snapshotConfiguration());
        serializer.serialize(LlavaAnswerSerializerTest.TEXT, savepoint);

        DataInputDeserializer input = new DataInputDeserializer(savepoint.getCopyOfBuffer());
        TypeSerializerSnapshot<LlavaAnswer> restored =
                TypeSerializerSnapshot.readVersionedSnapshot(input, getClass().getClassLoader());

        assertThat(
                        serializer
                                .snapshotConfiguration()
                                .resolveSchemaCompatibility(restored)
                                .isCompatibleAsIs())
                .isTrue();
        assertThat(restored.restoreSerializer().deserialize(input))
                .isEqualTo(LlavaAnswerSerializerTest.TEXT);
    }

    @Test
    void unknownKindIsRefused() {
        DataInputDeserializer input = new DataInputDeserializer(new byte[] {9});
        assertThatThrownBy(() -> serializer().deserialize(input))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("9");
    }

    private static TypeSerializer<LlavaAnswer> serializer() {
        return LlavaAnswerTypeInfo.INSTANCE.createSerializer(new SerializerConfigImpl());
    }
}
