/**
 * Writes the ONNX graphs of a checkpoint: {@code VisionGraph} (tower and projector) and {@code
 * DecoderGraph} (language model, one graph for prefill and decode). The graphs name their weights
 * and do not hold them; no ONNX Runtime here.
 */
package io.flinkllava.runtime.graph;
