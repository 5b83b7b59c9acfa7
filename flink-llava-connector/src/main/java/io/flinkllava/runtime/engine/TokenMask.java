package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.LlavaException;

/**
 * Which tokens may come next in an answer that must have a certain form. The engine knows no
 * grammar: it asks for the walk of each sequence and tells it what was chosen.
 *
 * <p>Immutable and shared by sequences, engines and threads.
 */
public interface TokenMask {

    /** Allows everything. */
    TokenMask NONE = () -> Walk.FREE;

    /** A walk along one answer, at its start. */
    Walk start();

    /** Where one answer has come to. Used by one thread at a time. */
    interface Walk {

        /** Goes nowhere and forbids nothing. */
        Walk FREE =
                new Walk() {
                    @Override
                    public void restrict(float[] scores, int tokensLeft) {}

                    @Override
                    public void append(int token) {}
                };

        /**
         * Sets what must not come next to negative infinity; something always may. Does not move.
         *
         * @param scores {@code [vocabulary]}, changed in place
         * @param tokensLeft how many tokens the answer may still get, at least 1
         * @throws LlavaException if nothing may come next
         */
        void restrict(float[] scores, int tokensLeft);

        /** Goes on behind a token. */
        void append(int token);
    }
}
