/**
 * The way of the data in one place: {@code LlavaPipeline} takes a request through decoding,
 * processing, templating, tokenizing, generating and detokenizing. {@link
 * io.flinkllava.runtime.pipeline.CheckpointLoader} puts the parts together and registers itself as
 * the {@link io.flinkllava.runtime.ModelLoader}.
 */
package io.flinkllava.runtime.pipeline;
