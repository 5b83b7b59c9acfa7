package io.flinkllava.runtime.engine;

import java.time.Duration;

/**
 * What bounds an engine.
 *
 * @param rows sequences that run at once
 * @param sequenceLength positions a sequence may take, prompt and answer together
 * @param prefillTokens prompt tokens prefilled between two decode steps; a longer prompt takes
 *     several, or, where the executor knows no chunks, goes alone. Fewer than {@link
 *     Scheduler#LEAST_BUDGET} are that many.
 * @param delay how long an idle engine waits for company
 * @param queued requests that may wait for rows, whatever number of sequences each has
 * @param warmPrefixes whether a prompt that begins like an earlier one takes over what is known
 */
public record EngineLimits(
        int rows,
        int sequenceLength,
        int prefillTokens,
        Duration delay,
        int queued,
        boolean warmPrefixes) {}
