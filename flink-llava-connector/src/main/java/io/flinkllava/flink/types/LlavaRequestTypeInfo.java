package io.flinkllava.flink.types;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.formats.avro.typeutils.AvroTypeInfo;

import io.flinkllava.flink.avro.RequestRecord;
import io.flinkllava.runtime.LlavaRequest;

/**
 * Flink's view of {@link LlavaRequest}: what it holds may be nested and may grow, so it is written
 * as its Avro record, by the rules of Avro's schema evolution.
 */
public final class LlavaRequestTypeInfo extends ValueTypeInfo<LlavaRequest> {

    public static final LlavaRequestTypeInfo INSTANCE = new LlavaRequestTypeInfo();

    private static final long serialVersionUID = 1L;

    private LlavaRequestTypeInfo() {
        super(LlavaRequest.class);
    }

    @Override
    public TypeSerializer<LlavaRequest> createSerializer(SerializerConfig config) {
        return new LlavaRequestSerializer(
                new AvroTypeInfo<>(RequestRecord.class).createSerializer(config));
    }
}
