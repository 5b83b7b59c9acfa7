/**
 * Weights in fewer bits, made from a checkpoint when it is loaded: {@code MatrixFormat} says how a
 * matrix is kept, {@code QuantizedWeights} puts such matrices beside the checkpoint's tensors, from
 * a file that {@code QuantizedFile} makes or finds in a cache. No ONNX Runtime here; {@code
 * runtime.graph} multiplies with what is there.
 */
package io.flinkllava.runtime.quantization;
