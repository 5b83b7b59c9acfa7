package io.flinkllava.runtime.checkpoint;

/**
 * Rotary position embeddings: column {@code i} of a head's half turns by {@code theta^(-2i /
 * headDim)} radians a position, before scaling.
 *
 * @param theta base of the frequencies
 * @param scaling what stretches them to longer texts
 */
public record RopeConfig(double theta, Scaling scaling) {

    /** {@code rope_type} of the Hugging Face configuration. */
    public sealed interface Scaling permits Unscaled, Linear, Llama3 {}

    /** {@code default}: the frequencies as they are. */
    public record Unscaled() implements Scaling {}

    /** {@code linear}: every frequency is divided by {@code factor}. */
    public record Linear(double factor) implements Scaling {}

    /**
     * {@code llama3}: long wavelengths are divided by {@code factor}, short ones stay, and those in
     * between are interpolated.
     *
     * @param lowFreqFactor wavelengths above {@code originalPositions / lowFreqFactor} are long
     * @param highFreqFactor wavelengths below {@code originalPositions / highFreqFactor} are short
     * @param originalPositions positions that the model was trained for before it was stretched
     */
    public record Llama3(
            double factor, double lowFreqFactor, double highFreqFactor, int originalPositions)
            implements Scaling {}
}
