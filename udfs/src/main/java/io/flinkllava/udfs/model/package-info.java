/**
 * {@code CREATE MODEL ... WITH ('provider' = 'llava')} and {@code ML_PREDICT}. Begin at {@link
 * io.flinkllava.udfs.model.LlavaModelProviderFactory}: what a statement says becomes a {@code
 * Prediction}, which the job carries, and which the predict functions run for each row.
 */
package io.flinkllava.udfs.model;
