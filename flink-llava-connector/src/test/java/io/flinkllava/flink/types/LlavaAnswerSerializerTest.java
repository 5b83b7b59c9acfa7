package io.flinkllava.flink.types;

import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.SerializerTestBase;
import org.apache.flink.api.common.typeutils.TypeSerializer;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;

import java.util.List;

class LlavaAnswerSerializerTest extends SerializerTestBase<LlavaAnswer> {

    static final LlavaAnswer.Text TEXT =
            new LlavaAnswer.Text(
                    "Eine Katze \u732b",
                    List.of(1, 32_000, 2),
                    593,
                    LlavaAnswer.FinishReason.LENGTH,
                    -1.5,
                    List.of(
                            new LlavaAnswer.Choice("yes", 0.75),
                            new LlavaAnswer.Choice("no", 0.25)),
                    List.of(
                            new LlavaAnswer.Candidate(
                                    "Ein Kater",
                                    List.of(3, 2),
                                    LlavaAnswer.FinishReason.STOP,
                                    Double.NaN)),
                    new LlavaAnswer.Timing(1, 2, 3, Long.MAX_VALUE));
    static final LlavaAnswer.Failure FAILURE =
            new LlavaAnswer.Failure(LlavaErrorCode.CAPACITY, "The queue is full.");

    @Override
    protected TypeSerializer<LlavaAnswer> createSerializer() {
        SerializerConfigImpl config = new SerializerConfigImpl();
        config.setGenericTypes(false);
        return LlavaAnswerTypeInfo.INSTANCE.createSerializer(config);
    }

    @Override
    protected int getLength() {
        return -1;
    }

    @Override
    protected Class<LlavaAnswer> getTypeClass() {
        return LlavaAnswer.class;
    }

    @Override
    protected LlavaAnswer[] getTestData() {
        return new LlavaAnswer[] {TEXT, FAILURE};
    }
}
