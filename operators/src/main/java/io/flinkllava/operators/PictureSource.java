package io.flinkllava.operators;

import io.flinkllava.flink.pictures.PictureReader;
import io.flinkllava.runtime.LlavaException;

import java.util.concurrent.CompletableFuture;

/** An encoded picture, or where it is. */
sealed interface PictureSource {

    /** The encoded picture, read by the reader's threads where it must be. */
    CompletableFuture<byte[]> read(PictureReader reader);

    /** Bytes that the record brings along. */
    record Bytes(byte[] encoded) implements PictureSource {
        @Override
        public CompletableFuture<byte[]> read(PictureReader reader) {
            return CompletableFuture.completedFuture(encoded);
        }
    }

    /** A path or URI that is read when the model is asked. */
    record Reference(String uri) implements PictureSource {
        @Override
        public CompletableFuture<byte[]> read(PictureReader reader) {
            return reader.readAsync(uri);
        }
    }

    static PictureSource bytes(byte[] encoded) {
        return new Bytes(RequestSource.present(encoded, "image"));
    }

    static PictureSource reference(String uri) {
        String present = RequestSource.present(uri, "picture reference");
        if (present.isBlank()) {
            throw LlavaException.input("The record's picture reference is empty.");
        }
        return new Reference(present);
    }
}
