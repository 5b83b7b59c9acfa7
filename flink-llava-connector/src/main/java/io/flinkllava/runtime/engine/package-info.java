/**
 * The generation engine: sequences, scheduler, token choice and the one loop that owns them. No
 * tensors and no ONNX Runtime: a step is run by whatever implements {@link
 * io.flinkllava.runtime.engine.StepExecutor}. Start at {@link
 * io.flinkllava.runtime.engine.GenerationEngine}.
 */
package io.flinkllava.runtime.engine;
