package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.graph.ComputeType;

/** Element types of bound tensors, with their numbers in {@code ONNXTensorElementDataType}. */
enum ElementType {
    FLOAT32(1, 4),
    INT32(6, 4),
    INT64(7, 8),
    BOOL(9, 1),
    FLOAT16(10, 2);

    private final int onnx;
    private final int bytes;

    ElementType(int onnx, int bytes) {
        this.onnx = onnx;
        this.bytes = bytes;
    }

    static ElementType of(ComputeType compute) {
        return switch (compute) {
            case FLOAT32 -> FLOAT32;
            case FLOAT16 -> FLOAT16;
        };
    }

    int onnx() {
        return onnx;
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
