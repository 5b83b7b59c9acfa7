package io.flinkllava.flink.types;

import org.apache.flink.api.common.typeutils.CompositeTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;

import io.flinkllava.runtime.LlavaAnswer;

/**
 * Remembers in a savepoint how each kind of answer was written, and leaves it to Flink's serializer
 * of records to say whether it can still be read. Public for Flink, which makes it by reflection.
 */
public final class LlavaAnswerSerializerSnapshot
        extends CompositeTypeSerializerSnapshot<LlavaAnswer, LlavaAnswerSerializer> {

    private static final int VERSION = 1;

    /** For Flink, before it reads a snapshot. */
    public LlavaAnswerSerializerSnapshot() {}

    LlavaAnswerSerializerSnapshot(LlavaAnswerSerializer serializer) {
        super(serializer);
    }

    @Override
    protected int getCurrentOuterSnapshotVersion() {
        return VERSION;
    }

    @Override
    protected TypeSerializer<?>[] getNestedSerializers(LlavaAnswerSerializer outer) {
        return new TypeSerializer<?>[] {outer.texts(), outer.failures()};
    }

    @Override
    @SuppressWarnings("unchecked") // The order is that of getNestedSerializers.
    protected LlavaAnswerSerializer createOuterSerializerWithNestedSerializers(
            TypeSerializer<?>[] nested) {
        return new LlavaAnswerSerializer(
                (TypeSerializer<LlavaAnswer.Text>) nested[0],
                (TypeSerializer<LlavaAnswer.Failure>) nested[1]);
    }
}
