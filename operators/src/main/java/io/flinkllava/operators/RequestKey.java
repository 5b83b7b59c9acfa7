package io.flinkllava.operators;

import org.apache.flink.util.function.SerializableFunction;

import io.flinkllava.flink.avro.RequestRecords;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.Message;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Tells the requests of records apart: a SHA-256 of everything that decides on the answer but the
 * model, in hexadecimal digits.
 *
 * @param pictureIdentity what stands for the pictures of a record; null for their contents or
 *     references
 */
record RequestKey<T>(
        SerializableFunction<T, RequestDraft> drafts,
        SerializableFunction<T, String> pictureIdentity)
        implements SerializableFunction<T, String> {

    /** Of records that make no request; the operator finds out what is wrong with each. */
    static final String NO_REQUEST = "";

    @Override
    public String apply(T value) {
        try {
            return digest(value);
        } catch (Exception e) {
            return NO_REQUEST;
        }
    }

    /** The same, but throws what the job's own functions throw. */
    String digest(T value) {
        RequestDraft draft = drafts.apply(value);
        MessageDigest digest = sha256();
        if (pictureIdentity == null) {
            addPictures(digest, draft.images());
            addPictures(digest, draft.video());
        } else {
            add(digest, RequestSource.present(pictureIdentity.apply(value), "picture identity"));
        }
        for (Message message : draft.messages()) {
            add(digest, message.role().name());
            add(digest, message.content());
        }
        add(digest, encoded(draft.generation()));
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void addPictures(MessageDigest digest, List<PictureSource> pictures) {
        add(digest, Integer.toString(pictures.size()));
        for (PictureSource picture : pictures) {
            if (picture instanceof PictureSource.Reference reference) {
                add(digest, "reference");
                add(digest, reference.uri());
            } else {
                add(digest, "bytes");
                add(digest, ((PictureSource.Bytes) picture).encoded());
            }
        }
    }

    /** Not as text, in which one choice with a comma looks like two. */
    private static byte[] encoded(GenerationParameters generation) {
        try {
            return RequestRecords.toRecord(generation).toByteBuffer().array();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void add(MessageDigest digest, String part) {
        add(digest, part.getBytes(StandardCharsets.UTF_8));
    }

    /** With its length, so that no two lists of parts run into the same bytes. */
    private static void add(MessageDigest digest, byte[] part) {
        digest.update((part.length + ":").getBytes(StandardCharsets.US_ASCII));
        digest.update(part);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
