package io.flinkllava.runtime.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import com.google.protobuf.ByteString;

import java.util.List;

/** A named attribute of an ONNX node. */
record Attribute(AttributeProto proto) {

    static Attribute of(String name, long value) {
        return new Attribute(named(name, AttributeType.INT).setI(value).build());
    }

    static Attribute of(String name, float value) {
        return new Attribute(named(name, AttributeType.FLOAT).setF(value).build());
    }

    static Attribute of(String name, String value) {
        return new Attribute(
                named(name, AttributeType.STRING).setS(ByteString.copyFromUtf8(value)).build());
    }

    static Attribute of(String name, List<Long> values) {
        return new Attribute(named(name, AttributeType.INTS).addAllInts(values).build());
    }

    private static AttributeProto.Builder named(String name, AttributeType type) {
        return AttributeProto.newBuilder().setName(name).setType(type);
    }
}
