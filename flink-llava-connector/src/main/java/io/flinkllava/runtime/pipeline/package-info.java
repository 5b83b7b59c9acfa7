/**
 * The way of the data in one place: {@code LlavaPipeline} takes a request through decoding,
 * processing, templating, tokenizing, generating and detokenizing. {@link
 * io.flinkllava.runtime.pipeline.CheckpointLoader} puts the parts together; a file under {@code
 * META-INF/services} names it as the {@link io.flinkllava.runtime.ModelLoader}.
 */
package io.flinkllava.runtime.pipeline;
