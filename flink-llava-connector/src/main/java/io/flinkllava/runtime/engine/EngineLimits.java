package io.flinkllava.runtime.engine;

import java.time.Duration;

/**
 * What bounds an engine.
 *
 * @param rows sequences that run at once
 * @param sequenceLength positions a sequence may take, prompt and answer together
 * @param prefillTokens prompt tokens prefilled between two decode steps; one prompt always fits
 * @param delay how long an idle engine waits for company
 * @param queued requests that may wait for a row
 */
public record EngineLimits(
        int rows, int sequenceLength, int prefillTokens, Duration delay, int queued) {}
