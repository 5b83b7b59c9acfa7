package io.flinkllava.examples.instruct;

import java.io.Serializable;
import java.util.concurrent.CompletableFuture;

/**
 * Writes samples from what is known of a picture. Travels with the job by Java serialization; each
 * subtask opens its own {@link Lesson}.
 */
interface Teacher extends Serializable {

    /** Called once in each subtask, before the first assignment. */
    Lesson open();

    /** A teacher at work, in one subtask. */
    interface Lesson extends AutoCloseable {

        /**
         * Writes a sample as {@link Turns} reads it. Does not wait.
         *
         * @return fails with {@link TeacherUnavailableException} where trying again may help
         */
        CompletableFuture<String> write(Assignment assignment);

        @Override
        void close();
    }
}
