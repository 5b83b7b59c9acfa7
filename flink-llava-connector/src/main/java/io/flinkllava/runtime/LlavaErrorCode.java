package io.flinkllava.runtime;

/** What kind of thing went wrong, and so who can mend it. */
public enum LlavaErrorCode {
    /** The request: a broken picture, an empty question, a prompt that is too long. */
    INPUT,
    /** The limits: the queue is full, or no memory is left. Trying again later may help. */
    CAPACITY,
    /**
     * Something outside that may come back: a remote picture, the device. Trying again may help.
     */
    UNAVAILABLE,
    /** The checkpoint folder or the device it should run on. */
    MODEL,
    /** A fault of this library. */
    INTERNAL
}
