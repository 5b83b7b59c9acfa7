package io.flinkllava.operators;

import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.java.typeutils.runtime.PojoSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

import io.flinkllava.flink.avro.DeadLetterRecord;
import io.flinkllava.flink.avro.RequestRecord;
import io.flinkllava.flink.avro.RequestRecords;
import io.flinkllava.runtime.LlavaErrorCode;
import org.junit.jupiter.api.Test;

import java.lang.reflect.Field;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class DeadLetterTest {

    private static final DeadLetter<Photo> LETTER =
            new DeadLetter<>(
                    Photo.number(7),
                    LlavaErrorCode.UNAVAILABLE,
                    "The picture's host is down.",
                    3,
                    1_764_000_000_000L,
                    "llava-7b",
                    "00ff",
                    5L);

    private static final TypeInformation<DeadLetter<Photo>> TYPE =
            DeadLetter.type(Types.POJO(Photo.class));

    @Test
    void recordHoldsAllOfIt() throws Exception {
        RequestRecord request = RequestRecords.toRecord(Photo.number(7).request());
        DeadLetterRecord record =
                DeadLetterRecord.fromByteBuffer(LETTER.toRecord("7", request).toByteBuffer());

        assertThat(record.getId()).isEqualTo("7");
        assertThat(record.getRequest()).isEqualTo(request);
        assertThat(record.getFailure().getCode().name()).isEqualTo("UNAVAILABLE");
        assertThat(record.getFailure().getMessage()).isEqualTo(LETTER.message());
        assertThat(record.getAttempts()).isEqualTo(3);
        assertThat(record.getGivenUpMs()).isEqualTo(LETTER.time());
        assertThat(record.getEventTimeMs()).isEqualTo(5);
        assertThat(record.getModel()).isEqualTo("llava-7b");
        assertThat(record.getModelFingerprint()).isEqualTo("00ff");
    }

    @Test
    void letterWithoutEventTimeSurvivesSerialization() throws Exception {
        DeadLetter<Photo> untimed =
                new DeadLetter<>(
                        null, LlavaErrorCode.INPUT, "Broken.", 1, 9, "llava-7b", "00ff", null);
        TypeSerializer<DeadLetter<Photo>> serializer = serializer();
        DataOutputSerializer bytes = new DataOutputSerializer(64);
        serializer.serialize(untimed, bytes);
        assertThat(serializer.deserialize(new DataInputDeserializer(bytes.getCopyOfBuffer())))
                .isEqualTo(untimed);
        assertThat(untimed.toRecord("", null).getEventTimeMs()).isNull();
    }

    /** Fields that came later are null in what was written before. */
    @Test
    void lettersOfAnEarlierVersionCanBeRead() throws Exception {
        TypeSerializer<DeadLetter<Photo>> earlier =
                withFields("input", "code", "message", "attempts", "time");
        DataOutputSerializer savepoint = new DataOutputSerializer(256);
        TypeSerializerSnapshot.writeVersionedSnapshot(savepoint, earlier.snapshotConfiguration());
        earlier.serialize(LETTER, savepoint);

        DataInputDeserializer input = new DataInputDeserializer(savepoint.getCopyOfBuffer());
        TypeSerializerSnapshot<DeadLetter<Photo>> saved =
                TypeSerializerSnapshot.readVersionedSnapshot(input, getClass().getClassLoader());
        TypeSerializerSchemaCompatibility<DeadLetter<Photo>> compatibility =
                serializer().snapshotConfiguration().resolveSchemaCompatibility(saved);
        assertThat(compatibility.isCompatibleAfterMigration()).isTrue();

        assertThat(saved.restoreSerializer().deserialize(input))
                .isEqualTo(
                        new DeadLetter<>(
                                LETTER.input(),
                                LETTER.code(),
                                LETTER.message(),
                                LETTER.attempts(),
                                LETTER.time(),
                                "",
                                "",
                                null));
    }

    private static TypeSerializer<DeadLetter<Photo>> serializer() {
        return TYPE.createSerializer(new SerializerConfigImpl());
    }

    /** A serializer as it was when the record had these fields alone. */
    @SuppressWarnings("unchecked") // A class literal has no type arguments.
    private static TypeSerializer<DeadLetter<Photo>> withFields(String... names) throws Exception {
        SerializerConfigImpl config = new SerializerConfigImpl();
        List<TypeInformation<?>> types =
                List.of(
                        Types.POJO(Photo.class),
                        Types.ENUM(LlavaErrorCode.class),
                        Types.STRING,
                        Types.INT,
                        Types.LONG);
        Field[] fields = new Field[names.length];
        TypeSerializer<?>[] serializers = new TypeSerializer<?>[names.length];
        for (int i = 0; i < names.length; i++) {
            fields[i] = DeadLetter.class.getDeclaredField(names[i]);
            fields[i].setAccessible(true);
            serializers[i] = types.get(i).createSerializer(config);
        }
        return new PojoSerializer<>(
                (Class<DeadLetter<Photo>>) (Class<?>) DeadLetter.class,
                serializers,
                fields,
                config);
    }
}
