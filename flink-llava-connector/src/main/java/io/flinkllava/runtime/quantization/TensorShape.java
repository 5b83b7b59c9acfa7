package io.flinkllava.runtime.quantization;

import io.flinkllava.runtime.checkpoint.Dtype;

import java.util.List;

/** Element type and sizes of a tensor that is yet to be made. */
record TensorShape(Dtype dtype, List<Long> shape) {}
