/**
 * LLaVA on DataStreams. Start at {@link io.flinkllava.operators.Llava}.
 *
 * <p>The way of a record: where it needs a key or a model of its own, {@code Question} or {@code
 * ModelStamp} say so in front of the step. {@code LlavaOperator} lines it up ({@code Turns}), has
 * its request drafted and submitted to the model ({@code RequestSubmitter}), asks again where that
 * may help ({@code RetryPolicy}), keeps it in the {@code InFlightQueue}, takes the answer in the
 * task's mailbox and emits a {@link io.flinkllava.operators.LlavaResult} or a {@link
 * io.flinkllava.operators.DeadLetter}.
 */
package io.flinkllava.operators;
