/**
 * LLaVA's data engine as a Flink job: annotations of pictures become instruction data, written by a
 * teacher who never sees the pixels (<a href="https://arxiv.org/abs/2304.08485">Visual Instruction
 * Tuning</a>, section 3). Start at {@link io.flinkllava.examples.instruct.InstructionData}; the way
 * of the data is in {@link io.flinkllava.examples.instruct.InstructionJob}.
 */
package io.flinkllava.examples.instruct;
