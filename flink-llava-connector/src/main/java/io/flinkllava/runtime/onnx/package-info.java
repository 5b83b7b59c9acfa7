/**
 * Runs the graphs with ONNX Runtime: sessions, device memory, the KV arena and its bindings. The
 * only package that sees {@code ai.onnxruntime} and JNA. Public is {@link
 * io.flinkllava.runtime.onnx.OnnxStepExecutor} alone.
 */
package io.flinkllava.runtime.onnx;
