package io.flinkllava.runtime.onnx;

import ai.onnxruntime.OnnxJavaType;
import io.flinkllava.runtime.graph.ComputeType;

/** Element types of bound tensors, with their numbers in {@code ONNXTensorElementDataType}. */
enum ElementType {
    FLOAT32(1, 4, OnnxJavaType.FLOAT),
    INT32(6, 4, OnnxJavaType.INT32),
    INT64(7, 8, OnnxJavaType.INT64),
    BOOL(9, 1, OnnxJavaType.BOOL),
    FLOAT16(10, 2, OnnxJavaType.FLOAT16),
    BFLOAT16(16, 2, OnnxJavaType.BFLOAT16);

    private final int onnx;
    private final int bytes;
    private final OnnxJavaType java;

    ElementType(int onnx, int bytes, OnnxJavaType java) {
        this.onnx = onnx;
        this.bytes = bytes;
        this.java = java;
    }

    static ElementType of(ComputeType compute) {
        return switch (compute) {
            case FLOAT32 -> FLOAT32;
            case FLOAT16 -> FLOAT16;
            case BFLOAT16 -> BFLOAT16;
        };
    }

    int onnx() {
        return onnx;
    }

    /** The same in ONNX Runtime's Java binding. */
    OnnxJavaType java() {
        return java;
    }

    /** Bytes of one element. */
    int bytes() {
        return bytes;
    }

    /** Bytes of a tensor of this type. */
    long bytes(long... shape) {
        long size = bytes;
        for (long axis : shape) {
            size = Math.multiplyExact(size, axis);
        }
        return size;
    }
}
