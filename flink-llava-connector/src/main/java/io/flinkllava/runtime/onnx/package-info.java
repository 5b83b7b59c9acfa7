/**
 * Runs the graphs with ONNX Runtime: sessions, device memory, the KV arena and its bindings. The
 * only package that sees {@code ai.onnxruntime} and JNA. Public are {@link
 * io.flinkllava.runtime.onnx.OnnxStepExecutor}, for graphs that are written from a checkpoint, and
 * {@link io.flinkllava.runtime.onnx.ExportedStepExecutor}, for graphs that somebody exported.
 */
package io.flinkllava.runtime.onnx;
