package io.flinkllava.runtime.graph;

import io.flinkllava.runtime.checkpoint.Dtype;

/** The element type that a graph computes in. */
public enum ComputeType {
    FLOAT32(Dtype.F32),
    FLOAT16(Dtype.F16),
    BFLOAT16(Dtype.BF16);

    private final Dtype dtype;

    ComputeType(Dtype dtype) {
        this.dtype = dtype;
    }

    /** The weights' type that needs no conversion. */
    public Dtype dtype() {
        return dtype;
    }

    /** Bytes of one element. */
    public int bytes() {
        return dtype.bytes();
    }
}
