package io.flinkllava.runtime;

/**
 * What an engine has done since it started; all values only grow, but {@code waiting} and {@code
 * running}.
 *
 * @param waiting requests that wait for a row now
 * @param running sequences in the batch now
 * @param finished requests answered
 * @param failed requests that ended in a failure or were cancelled
 * @param promptTokens tokens prefilled, image tokens included
 * @param completionTokens tokens generated
 * @param decodeSteps decode steps run
 * @param decodeRows rows decoded over all steps; divided by {@code decodeSteps} it is the mean
 *     batch
 * @param bytesToDevice bytes copied to the device, weights excluded
 * @param bytesFromDevice bytes copied back
 * @param vision of the cache of vision features
 */
public record EngineCounters(
        int waiting,
        int running,
        long finished,
        long failed,
        long promptTokens,
        long completionTokens,
        long decodeSteps,
        long decodeRows,
        long bytesToDevice,
        long bytesFromDevice,
        VisionCounters vision) {

    /**
     * What became of pictures and videos; {@code bytes} alone may shrink.
     *
     * @param hits those whose features were known
     * @param misses those that the tower saw
     * @param bytes device memory that is taken now
     */
    public record VisionCounters(long hits, long misses, long bytes) {

        public static final VisionCounters NONE = new VisionCounters(0, 0, 0);
    }

    public double meanBatchSize() {
        return decodeSteps == 0 ? 0 : (double) decodeRows / decodeSteps;
    }
}
