package io.flinkllava.flink.types;

import org.apache.flink.api.common.typeutils.CompositeTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;

import io.flinkllava.flink.avro.RequestRecord;
import io.flinkllava.runtime.LlavaRequest;

/**
 * Remembers in a savepoint by which schema requests were written, and leaves it to Avro to say
 * whether they can still be read. Public for Flink, which makes it by reflection.
 */
public final class LlavaRequestSerializerSnapshot
        extends CompositeTypeSerializerSnapshot<LlavaRequest, LlavaRequestSerializer> {

    private static final int VERSION = 1;

    /** For Flink, before it reads a snapshot. */
    public LlavaRequestSerializerSnapshot() {}

    LlavaRequestSerializerSnapshot(LlavaRequestSerializer serializer) {
        super(serializer);
    }

    @Override
    protected int getCurrentOuterSnapshotVersion() {
        return VERSION;
    }

    @Override
    protected TypeSerializer<?>[] getNestedSerializers(LlavaRequestSerializer outer) {
        return new TypeSerializer<?>[] {outer.records()};
    }

    @Override
    @SuppressWarnings("unchecked") // The order is that of getNestedSerializers.
    protected LlavaRequestSerializer createOuterSerializerWithNestedSerializers(
            TypeSerializer<?>[] nested) {
        return new LlavaRequestSerializer((TypeSerializer<RequestRecord>) nested[0]);
    }
}
