package io.flinkllava.flink.pictures;

import io.flinkllava.runtime.LlavaException;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * A picture on its way: its reference, its future, and what has to be closed so that a thread that
 * waits for the other side comes back.
 */
final class Reading {

    private final String uri;
    private final CompletableFuture<byte[]> result = new CompletableFuture<>();
    private Closeable open;

    Reading(String uri) {
        this.uri = uri;
    }

    String uri() {
        return uri;
    }

    CompletableFuture<byte[]> result() {
        return result;
    }

    boolean isDone() {
        return result.isDone();
    }

    void succeed(byte[] picture) {
        result.complete(picture);
    }

    void fail(LlavaException problem) {
        result.completeExceptionally(problem);
    }

    /** Names what is waited for; closed when the reading ends, at once if it already has. */
    void waitsFor(Closeable resource) {
        synchronized (this) {
            open = resource;
        }
        if (isDone()) {
            release();
        }
    }

    /** Closes what was waited for. */
    void release() {
        Closeable resource;
        synchronized (this) {
            resource = open;
            open = null;
        }
        if (resource != null) {
            try {
                resource.close();
            } catch (IOException e) {
                // The picture is read or given up: nobody needs this any more.
            }
        }
    }
}
