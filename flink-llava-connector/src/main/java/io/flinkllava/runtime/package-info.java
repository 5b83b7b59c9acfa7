/**
 * The public face of the runtime: values and contracts on the JDK alone.
 *
 * <p>Start at {@link io.flinkllava.runtime.LlavaModel}: open a checkpoint folder, submit a {@link
 * io.flinkllava.runtime.LlavaRequest}, get a {@link io.flinkllava.runtime.LlavaAnswer}. How a
 * request travels from there is told by {@code runtime.pipeline.LlavaPipeline}.
 */
package io.flinkllava.runtime;
