/**
 * LLaVA on DataStreams. Start at {@link io.flinkllava.operators.Llava}.
 *
 * <p>The way of a record: {@code LlavaOperator} has its request extracted and submitted to the
 * model, keeps it in the {@code InFlightQueue}, takes the answer in the task's mailbox and emits a
 * {@link io.flinkllava.operators.LlavaResult}.
 */
package io.flinkllava.operators;
