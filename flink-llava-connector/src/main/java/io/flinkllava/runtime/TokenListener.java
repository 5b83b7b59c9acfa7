package io.flinkllava.runtime;

/**
 * Hears an answer while it is being generated.
 *
 * <p>Called on threads of the model, never on two at once, and not any more once the answer's
 * future is complete: be quick. What it throws fails its own request.
 */
@FunctionalInterface
public interface TokenListener {

    /** Hears nothing. */
    TokenListener NONE = (text, tokens) -> {};

    /**
     * Hears the next piece. All pieces put together are the answer's text.
     *
     * @param text whole characters, at least one
     * @param tokens generated so far, those of this piece included
     */
    void onText(String text, int tokens);
}
