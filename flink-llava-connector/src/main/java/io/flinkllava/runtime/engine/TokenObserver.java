package io.flinkllava.runtime.engine;

/**
 * Sees the tokens of one answer as they are chosen. Called on the engine's thread: be quick. What
 * it throws fails its request.
 */
@FunctionalInterface
public interface TokenObserver {

    TokenObserver NONE = token -> {};

    void onToken(int token);
}
