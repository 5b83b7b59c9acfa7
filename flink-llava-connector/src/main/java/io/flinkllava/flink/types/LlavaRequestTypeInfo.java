package io.flinkllava.flink.types;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.formats.avro.typeutils.AvroTypeInfo;

import io.flinkllava.flink.avro.RequestRecord;
import io.flinkllava.runtime.LlavaRequest;

/**
 * Flink's view of {@link LlavaRequest}: what it holds may be nested and may grow, so it is written
 * as its Avro record, by the rules of Avro's schema evolution.
 */
public final class LlavaRequestTypeInfo extends TypeInformation<LlavaRequest> {

    public static final LlavaRequestTypeInfo INSTANCE = new LlavaRequestTypeInfo();

    private static final long serialVersionUID = 1L;

    private LlavaRequestTypeInfo() {}

    @Override
    public TypeSerializer<LlavaRequest> createSerializer(SerializerConfig config) {
        return new LlavaRequestSerializer(
                new AvroTypeInfo<>(RequestRecord.class).createSerializer(config));
    }

    @Override
    public Class<LlavaRequest> getTypeClass() {
        return LlavaRequest.class;
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
        return other instanceof LlavaRequestTypeInfo;
    }

    @Override
    public boolean equals(Object other) {
        return canEqual(other);
    }

    @Override
    public int hashCode() {
        return LlavaRequestTypeInfo.class.hashCode();
    }

    @Override
    public String toString() {
        return "LlavaRequest";
    }
}
