package io.flinkllava.runtime;

import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;

/** What became of a request: {@link Text} or {@link Failure}. */
public sealed interface LlavaAnswer extends Serializable {

    /**
     * A generated answer.
     *
     * @param text the answer without special tokens
     * @param tokenIds the generated ids as Hugging Face {@code generate} returns them, an
     *     end-of-sequence id included where one was chosen
     * @param promptTokens length of the prompt, image tokens included
     * @param logProbability natural logarithm of how likely the model found the answer among all
     *     that were allowed, the sum over its tokens; {@link #NOT_ASKED} unless asked for
     * @param choices how likely each text of an {@link AnswerConstraint.Choice} was, in its order;
     *     empty otherwise
     * @param others further candidates, where more than one was asked for
     */
    record Text(
            String text,
            List<Integer> tokenIds,
            int promptTokens,
            FinishReason finishReason,
            double logProbability,
            List<Choice> choices,
            List<Candidate> others,
            Timing timing)
            implements LlavaAnswer {

        public static final double NOT_ASKED = Double.NaN;

        public Text {
            Objects.requireNonNull(text, "text");
            tokenIds = List.copyOf(tokenIds);
            Objects.requireNonNull(finishReason, "finishReason");
            choices = List.copyOf(choices);
            others = List.copyOf(others);
            Objects.requireNonNull(timing, "timing");
        }

        /** One answer, without a word of how likely it was. */
        public Text(
                String text,
                List<Integer> tokenIds,
                int promptTokens,
                FinishReason finishReason,
                Timing timing) {
            this(
                    text,
                    tokenIds,
                    promptTokens,
                    finishReason,
                    NOT_ASKED,
                    List.of(),
                    List.of(),
                    timing);
        }

        public int completionTokens() {
            return tokenIds.size();
        }
    }

    /**
     * A text that could be chosen.
     *
     * @param probability within [0, 1]; those of all choices sum up to 1
     */
    record Choice(String text, double probability) implements Serializable {
        public Choice {
            Objects.requireNonNull(text, "text");
        }
    }

    /** Another answer to the same request; its parts mean what they mean in {@link Text}. */
    record Candidate(
            String text, List<Integer> tokenIds, FinishReason finishReason, double logProbability)
            implements Serializable {
        public Candidate {
            Objects.requireNonNull(text, "text");
            tokenIds = List.copyOf(tokenIds);
            Objects.requireNonNull(finishReason, "finishReason");
        }
    }

    /**
     * A request that got no answer.
     *
     * @param message what is wrong and what to do; never contains picture bytes
     */
    record Failure(LlavaErrorCode code, String message) implements LlavaAnswer {

        /**
         * Messages of exceptions are cut here, in characters. They quote what they were given at
         * any length, and a failure is kept, sent and logged.
         */
        private static final int LONGEST_MESSAGE = 500;

        public Failure {
            Objects.requireNonNull(code, "code");
            Objects.requireNonNull(message, "message");
        }

        /**
         * Whether the model refused the request unseen because too many were waiting, so that
         * sending it again is what helps. The message tells: a failure is no more than this record
         * wherever it travels.
         */
        public boolean isQueueFull() {
            return code == LlavaErrorCode.CAPACITY
                    && message.contains(RequestLimits.MAX_QUEUED_REQUESTS);
        }

        /**
         * Whether the request as a whole was more than fits, in tokens or pictures, so that a
         * dialogue without its oldest turns may pass. The message tells, as above.
         */
        public boolean isTooLong() {
            return code == LlavaErrorCode.INPUT
                    && (message.contains(BatchingOptions.MAX_SEQUENCE_LENGTH)
                            || message.contains(RequestLimits.MAX_IMAGES + " "));
        }

        /**
         * The failure that an exception stands for: what a {@link LlavaException} says, and of
         * others the name and the message; of both the first {@value #LONGEST_MESSAGE} characters,
         * since a message may quote what was asked.
         *
         * @param otherwise the code of an exception that has none of its own
         */
        public static Failure of(Throwable problem, LlavaErrorCode otherwise) {
            if (problem instanceof LlavaException known) {
                return new Failure(known.code(), cut(String.valueOf(known.getMessage())));
            }
            // These wrappers only repeat their causes.
            if (problem.getCause() != null
                    && (problem instanceof CompletionException
                            || problem instanceof UncheckedIOException)) {
                return of(problem.getCause(), otherwise);
            }
            return new Failure(
                    otherwise,
                    cut(problem.getClass().getSimpleName() + ": " + problem.getMessage()));
        }

        /** The same, where an exception without a code is a fault of this library. */
        public static Failure of(Throwable problem) {
            return of(problem, LlavaErrorCode.INTERNAL);
        }

        private static String cut(String message) {
            return message.length() <= LONGEST_MESSAGE
                    ? message
                    : message.substring(0, LONGEST_MESSAGE) + "...";
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
     * @param waiting for that, and from there to the first step the sequence took part in
     * @param prefilling from there to the first token
     * @param decoding from there to the last token
     */
    record Timing(long preparing, long waiting, long prefilling, long decoding)
            implements Serializable {
        public static final Timing NONE = new Timing(0, 0, 0, 0);

        /** From the arrival to the first token. */
        public long toFirstToken() {
            return preparing + waiting + prefilling;
        }

        /** From the arrival to the last token. */
        public long total() {
            return toFirstToken() + decoding;
        }
    }
}
