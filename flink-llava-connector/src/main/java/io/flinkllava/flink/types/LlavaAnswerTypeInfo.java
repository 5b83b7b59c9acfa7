package io.flinkllava.flink.types;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;

import io.flinkllava.runtime.LlavaAnswer;

/**
 * Flink's view of {@link LlavaAnswer}. The runtime knows no Flink, so its types cannot carry Flink
 * annotations; whoever has an answer in a record names this type information.
 *
 * <p>Each kind of answer is written by Flink's own serializer for records, so fields may be added
 * and removed by the rules of Flink's POJO schema evolution. A field that is added is null, zero or
 * false in what was written before it, so a value's constructor has to take that.
 */
public final class LlavaAnswerTypeInfo extends ValueTypeInfo<LlavaAnswer> {

    public static final LlavaAnswerTypeInfo INSTANCE = new LlavaAnswerTypeInfo();

    private static final long serialVersionUID = 1L;

    private LlavaAnswerTypeInfo() {
        super(LlavaAnswer.class);
    }

    @Override
    public TypeSerializer<LlavaAnswer> createSerializer(SerializerConfig config) {
        return new LlavaAnswerSerializer(
                Types.POJO(LlavaAnswer.Text.class).createSerializer(config),
                Types.POJO(LlavaAnswer.Failure.class).createSerializer(config));
    }
}
