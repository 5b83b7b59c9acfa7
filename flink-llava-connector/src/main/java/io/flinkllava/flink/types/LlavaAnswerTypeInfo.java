package io.flinkllava.flink.types;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;

import io.flinkllava.runtime.LlavaAnswer;

/**
 * Flink's view of {@link LlavaAnswer}. The runtime knows no Flink, so its types cannot carry Flink
 * annotations; whoever has an answer in a record names this type information.
 *
 * <p>Each kind of answer is written by Flink's own serializer for records, so fields may be added
 * and removed by the rules of Flink's POJO schema evolution.
 */
public final class LlavaAnswerTypeInfo extends TypeInformation<LlavaAnswer> {

    public static final LlavaAnswerTypeInfo INSTANCE = new LlavaAnswerTypeInfo();

    private static final long serialVersionUID = 1L;

    private LlavaAnswerTypeInfo() {}

    @Override
    public TypeSerializer<LlavaAnswer> createSerializer(SerializerConfig config) {
        return new LlavaAnswerSerializer(
                Types.POJO(LlavaAnswer.Text.class).createSerializer(config),
                Types.POJO(LlavaAnswer.Failure.class).createSerializer(config));
    }

    @Override
    public Class<LlavaAnswer> getTypeClass() {
        return LlavaAnswer.class;
    }

    @Override
    public boolean isBasicType() {
        return false;
    }

    @Override
    public boolean isTupleType() {
        return false;
    }

    @Override
    public int getArity() {
        return 1;
    }

    @Override
    public int getTotalFields() {
        return 1;
    }

    @Override
    public boolean isKeyType() {
        return false;
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof LlavaAnswerTypeInfo;
    }

    @Override
    public boolean equals(Object other) {
        return canEqual(other);
    }

    @Override
    public int hashCode() {
        return LlavaAnswerTypeInfo.class.hashCode();
    }

    @Override
    public String toString() {
        return "LlavaAnswer";
    }
}
