package io.flinkllava.runtime;

/**
 * What a request will take.
 *
 * @param imageTokens tokens of its picture in the prompt
 * @param promptTokens tokens of the whole prompt, those of the picture included
 * @param kvBytes of the KV cache for the prompt and an answer of full length
 */
public record RequestPlan(int imageTokens, int promptTokens, long kvBytes) {}
