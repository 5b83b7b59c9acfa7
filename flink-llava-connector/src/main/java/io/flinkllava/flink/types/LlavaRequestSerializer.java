package io.flinkllava.flink.types;

import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

import io.flinkllava.flink.avro.RequestRecord;
import io.flinkllava.flink.avro.RequestRecords;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaRequest;

import java.io.IOException;

/** Writes the Avro record of a request. Not thread-safe, as all serializers of Flink. */
final class LlavaRequestSerializer extends TypeSerializer<LlavaRequest> {

    private static final long serialVersionUID = 1L;

    private final TypeSerializer<RequestRecord> records;

    LlavaRequestSerializer(TypeSerializer<RequestRecord> records) {
        this.records = records;
    }

    TypeSerializer<RequestRecord> records() {
        return records;
    }

    @Override
    public void serialize(LlavaRequest request, DataOutputView target) throws IOException {
        records.serialize(RequestRecords.toRecord(request), target);
    }

    @Override
    public LlavaRequest deserialize(DataInputView source) throws IOException {
        return RequestRecords.toRequest(
                records.deserialize(source), LlavaRequestSerializer::unexpected);
    }

    private static byte[] unexpected(String uri) {
        throw LlavaException.input("A request holds its pictures, it does not name them");
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        records.copy(source, target);
    }

    /** A request does not change; whoever made it must leave its pictures alone. */
    @Override
    public boolean isImmutableType() {
        return true;
    }

    @Override
    public TypeSerializer<LlavaRequest> duplicate() {
        return new LlavaRequestSerializer(records.duplicate());
    }

    @Override
    public LlavaRequest createInstance() {
        return LlavaRequest.ask(new byte[0], "");
    }

    @Override
    public LlavaRequest copy(LlavaRequest from) {
        return from;
    }

    @Override
    public LlavaRequest copy(LlavaRequest from, LlavaRequest reuse) {
        return from;
    }

    @Override
    public LlavaRequest deserialize(LlavaRequest reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LlavaRequestSerializer that && records.equals(that.records);
    }

    @Override
    public int hashCode() {
        return records.hashCode();
    }

    @Override
    public TypeSerializerSnapshot<LlavaRequest> snapshotConfiguration() {
        return new LlavaRequestSerializerSnapshot(this);
    }
}
