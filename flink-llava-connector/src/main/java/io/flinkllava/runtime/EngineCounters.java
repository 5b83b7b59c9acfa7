package io.flinkllava.runtime;

/**
 * What an engine has done since it started; all values only grow, but {@code waiting} and {@code
 * running}.
 *
 * <p>A request is counted once, also where it has several sequences: a candidate or choice each.
 *
 * @param waiting requests that wait now, to be prepared or for rows
 * @param running sequences that have a row now, prefilled or decoded
 * @param finished requests answered
 * @param failed requests that ended in a failure or were cancelled
 * @param promptTokens tokens prefilled, image tokens included; those that were known are not
 * @param completionTokens tokens generated
 * @param decodeSteps decode steps run
 * @param decodeRows rows decoded over all steps; divided by {@code decodeSteps} it is the mean
 *     batch
 * @param bytesToDevice bytes copied to the device, weights excluded
 * @param bytesFromDevice bytes copied back
 * @param vision of the cache of vision features
 * @param cancelled those of {@code failed} that their callers gave up
 * @param late those of {@code failed} that had no answer within their time limit
 * @param prefillChunks parts of prompts run; more than prompts where long ones took several steps
 * @param prefixes of prompts that began like one whose keys and values were still there
 * @param times where the time of the engine's thread went
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
        VisionCounters vision,
        long cancelled,
        long late,
        long prefillChunks,
        PrefixCounters prefixes,
        LoopTimes times) {

    /** Of an engine that has done nothing. */
    public static final EngineCounters NONE =
            new EngineCounters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, VisionCounters.NONE);

    /** Of an engine that was never asked for the rest. */
    public EngineCounters(
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
        this(
                waiting,
                running,
                finished,
                failed,
                promptTokens,
                completionTokens,
                decodeSteps,
                decodeRows,
                bytesToDevice,
                bytesFromDevice,
                vision,
                0,
                0,
                0,
                PrefixCounters.NONE,
                LoopTimes.NONE);
    }

    /**
     * What was not prefilled again.
     *
     * @param hits prompts of which a part was known
     * @param tokens how many that were together, image tokens included
     */
    public record PrefixCounters(long hits, long tokens) {
        public static final PrefixCounters NONE = new PrefixCounters(0, 0);
    }

    /**
     * Where the time of the engine's thread went, idle time excluded.
     *
     * @param executor nanoseconds within steps of the model, copies of prefixes included
     * @param loop nanoseconds of all, so that {@code loop - executor} is what scheduling, choosing
     *     tokens and completing answers took
     */
    public record LoopTimes(long executor, long loop) {
        public static final LoopTimes NONE = new LoopTimes(0, 0);
    }

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

    /** The share of the engine's time that no step of the model took, within [0, 1]. */
    public double overhead() {
        return times.loop() == 0 ? 0 : 1 - (double) times.executor() / times.loop();
    }
}
