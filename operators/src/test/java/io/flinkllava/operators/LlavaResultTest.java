package io.flinkllava.operators;

import org.apache.flink.api.common.functions.InvalidTypesException;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeHint;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.java.typeutils.TypeExtractor;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.formats.avro.typeutils.GenericRecordAvroTypeInfo;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.Test;

import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LlavaResultTest {

    private static final TypeInformation<Photo> PHOTO = Types.POJO(Photo.class);
    private static final LlavaAnswer TEXT = Photo.answer(Photo.number(1).request());
    private static final LlavaAnswer FAILURE =
            new LlavaAnswer.Failure(LlavaErrorCode.INPUT, "The picture is broken.");

    @Test
    void textIsThereOrNot() {
        LlavaResult<Photo> answered = new LlavaResult<>(Photo.number(1), TEXT, "m", "v");
        assertThat(answered.isText()).isTrue();
        assertThat(answered.text()).isEqualTo(Photo.number(1).expectedText());
        assertThatThrownBy(answered::failure).isInstanceOf(IllegalStateException.class);

        LlavaResult<Photo> failed = new LlavaResult<>(Photo.number(1), FAILURE, "m", "v");
        assertThat(failed.isText()).isFalse();
        assertThat(failed.failure()).isEqualTo(FAILURE);
        assertThatThrownBy(failed::text)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("The picture is broken.");
    }

    @Test
    void signatureOfAFunctionGivesTheType() {
        TypeInformation<LlavaResult<Photo>> extracted =
                TypeExtractor.getMapReturnTypes(new Identity(), LlavaResult.type(PHOTO));
        assertThat(extracted).isEqualTo(LlavaResult.type(PHOTO));
        assertThat(TypeInformation.of(new TypeHint<LlavaResult<Photo>>() {}))
                .isEqualTo(LlavaResult.type(PHOTO));
    }

    @Test
    void unknownTypeOfInputIsAClearError() {
        assertThatThrownBy(
                        () ->
                                new LlavaResultTypeInfoFactory<Photo>()
                                        .createTypeInfo(LlavaResult.class, Map.of()))
                .isInstanceOf(InvalidTypesException.class);
    }

    @Test
    void bothKindsSurviveSerialization() throws Exception {
        TypeSerializer<LlavaResult<Photo>> serializer = serializer(PHOTO);
        for (LlavaAnswer answer : new LlavaAnswer[] {TEXT, FAILURE}) {
            LlavaResult<Photo> result =
                    new LlavaResult<>(Photo.number(3), answer, "llava-7b", "00ff");
            DataOutputSerializer bytes = new DataOutputSerializer(64);
            serializer.serialize(result, bytes);
            assertThat(serializer.deserialize(new DataInputDeserializer(bytes.getCopyOfBuffer())))
                    .isEqualTo(result);
            assertThat(serializer.copy(result)).isEqualTo(result);
        }
    }

    @Test
    void resultWithoutInputSurvivesSerialization() throws Exception {
        LlavaResult<Photo> result = new LlavaResult<>(null, TEXT, "m", "v");
        DataOutputSerializer bytes = new DataOutputSerializer(64);
        serializer(PHOTO).serialize(result, bytes);
        assertThat(
                        serializer(PHOTO)
                                .deserialize(new DataInputDeserializer(bytes.getCopyOfBuffer())))
                .isEqualTo(result);
    }

    @Test
    void typeOfTheInputMayEvolve() throws Exception {
        Schema old = SchemaBuilder.record("Photo").fields().requiredString("name").endRecord();
        Schema evolved =
                SchemaBuilder.record("Photo")
                        .fields()
                        .requiredString("name")
                        .optionalString("place")
                        .endRecord();
        TypeSerializer<LlavaResult<GenericRecord>> before =
                serializer(new GenericRecordAvroTypeInfo(old));
        DataOutputSerializer savepoint = new DataOutputSerializer(256);
        TypeSerializerSnapshot.writeVersionedSnapshot(savepoint, before.snapshotConfiguration());
        GenericRecord photo = new GenericRecordBuilder(old).set("name", "cat").build();
        before.serialize(new LlavaResult<>(photo, TEXT, "m", "v"), savepoint);

        DataInputDeserializer input = new DataInputDeserializer(savepoint.getCopyOfBuffer());
        TypeSerializerSnapshot<LlavaResult<GenericRecord>> snapshot =
                TypeSerializerSnapshot.readVersionedSnapshot(input, getClass().getClassLoader());
        TypeSerializer<LlavaResult<GenericRecord>> after =
                serializer(new GenericRecordAvroTypeInfo(evolved));
        TypeSerializerSchemaCompatibility<LlavaResult<GenericRecord>> compatibility =
                after.snapshotConfiguration().resolveSchemaCompatibility(snapshot);
        assertThat(compatibility.isIncompatible()).isFalse();
        assertThat(compatibility.isCompatibleAfterMigration()).isTrue();

        LlavaResult<GenericRecord> restored = snapshot.restoreSerializer().deserialize(input);
        assertThat(restored.input().get("name")).hasToString("cat");
        assertThat(restored.answer()).isEqualTo(TEXT);
    }

    private static <T> TypeSerializer<LlavaResult<T>> serializer(TypeInformation<T> input) {
        SerializerConfigImpl config = new SerializerConfigImpl();
        config.setGenericTypes(false);
        return LlavaResult.type(input).createSerializer(config);
    }

    private static final class Identity
            implements MapFunction<LlavaResult<Photo>, LlavaResult<Photo>> {

        private static final long serialVersionUID = 1L;

        @Override
        public LlavaResult<Photo> map(LlavaResult<Photo> value) {
            return value;
        }
    }
}
