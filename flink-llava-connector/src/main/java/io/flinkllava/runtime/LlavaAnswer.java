package io.flinkllava.runtime;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/** What became of a request: {@link Text} or {@link Failure}. */
public sealed interface LlavaAnswer extends Serializable {

    /**
     * A generated answer.
     *
     * @param text the answer without special tokens
     * @param tokenIds the generated ids as Hugging Face {@code generate} returns them, an
     *     end-of-sequence id included where one was chosen
     * @param promptTokens length of the prompt, image tokens included
     */
    record Text(
            String text,
            List<Integer> tokenIds,
            int promptTokens,
            FinishReason finishReason,
            Timing timing)
            implements LlavaAnswer {

        public Text {
            Objects.requireNonNull(text, "text");
            tokenIds = List.copyOf(tokenIds);
            Objects.requireNonNull(finishReason, "finishReason");
            Objects.requireNonNull(timing, "timing");
        }

        public int completionTokens() {
            return tokenIds.size();
        }
    }

    /**
     * A request that got no answer.
     *
     * @param message what is wrong and what to do; never contains picture bytes
     */
    record Failure(LlavaErrorCode code, String message) implements LlavaAnswer {

        public Failure {
            Objects.requireNonNull(code, "code");
            Objects.requireNonNull(message, "message");
        }
    }

    /** Why generation ended. */
    enum FinishReason {
        /** The model chose an end-of-sequence token. */
        STOP,
        /** {@code maxNewTokens} or the model's sequence length was reached. */
        LENGTH
    }

    /**
     * Where the time of an answer went, in nanoseconds.
     *
     * @param preparing decoding the pictures, rendering and tokenizing the prompt
     * @param waiting from there to the first step the sequence took part in
     * @param generating from there to the last token
     */
    record Timing(long preparing, long waiting, long generating) implements Serializable {
        public static final Timing NONE = new Timing(0, 0, 0);
    }
}
