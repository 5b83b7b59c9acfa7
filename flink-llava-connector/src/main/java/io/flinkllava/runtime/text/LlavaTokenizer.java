package io.flinkllava.runtime.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.memory.NativeLedger;
import io.flinkllava.runtime.memory.NativeLedger.Kind;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Ids and text, by the {@code tokenizer.json} of a checkpoint: Hugging Face's own tokenizer library
 * in the native flavour that DJL's jar carries. Nothing is truncated, padded or downloaded.
 *
 * <p>As transformers 5 does for byte-pair encodings, {@code clean_up_tokenization_spaces} is not
 * applied when decoding.
 *
 * <p>Thread-safe. Owns native memory; whoever opened it closes it. Closing waits for calls under
 * way; calls after it are an {@link IllegalStateException}.
 */
public final class LlavaTokenizer implements AutoCloseable {

    private static final Map<String, String> OPTIONS =
            Map.of("truncation", "do_not_truncate", "padding", "do_not_pad");

    /** What stands for a character that is not whole. */
    public static final String REPLACEMENT = "\uFFFD";

    private final HuggingFaceTokenizer tokenizer;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean closed;

    private LlavaTokenizer(HuggingFaceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
        NativeLedger.opened(Kind.TOKENIZER);
    }

    /**
     * Loads a tokenizer.
     *
     * @param tokenizerJson a {@code tokenizer.json}
     * @throws LlavaException with code {@link LlavaErrorCode#MODEL} if the file is missing or
     *     broken, or if the native library does not load here
     */
    public static LlavaTokenizer open(Path tokenizerJson) {
        if (!Files.isRegularFile(tokenizerJson)) {
            throw LlavaException.model(missing(tokenizerJson));
        }
        keepOffline();
        TokenizerLibrary.load();
        try (InputStream json = Files.newInputStream(tokenizerJson)) {
            return new LlavaTokenizer(HuggingFaceTokenizer.newInstance(json, OPTIONS));
        } catch (IOException | RuntimeException e) {
            throw new LlavaException(
                    LlavaErrorCode.MODEL,
                    tokenizerJson
                            + " is not a tokenizer.json that can be read: "
                            + e.getMessage()
                            + ". Download it again, or write it anew with transformers:"
                            + conversion(tokenizerJson),
                    e);
        }
    }

    private static String missing(Path tokenizerJson) {
        boolean sentencePiece = Files.exists(tokenizerJson.resolveSibling("tokenizer.model"));
        return "There is no "
                + tokenizerJson
                + (sentencePiece
                        ? ", only a tokenizer.model. Convert it with transformers:"
                        : ". Copy it from the model's repository, or write it with transformers:")
                + conversion(tokenizerJson);
    }

    private static String conversion(Path tokenizerJson) {
        String folder = "'" + tokenizerJson.toAbsolutePath().getParent() + "'";
        return " AutoTokenizer.from_pretrained(" + folder + ").save_pretrained(" + folder + ")";
    }

    /**
     * DJL would report its use, and look for a CUDA flavour of the library on a machine with a GPU.
     */
    private static void keepOffline() {
        setUnlessSet("ai.djl.offline", "DJL_OFFLINE");
        setUnlessSet("OPT_OUT_TRACKING", "OPT_OUT_TRACKING");
    }

    private static void setUnlessSet(String property, String variable) {
        if (System.getProperty(property) == null && System.getenv(variable) == null) {
            System.setProperty(property, "true");
        }
    }

    /**
     * Encodes text; special tokens written in it become their ids, as in transformers.
     *
     * @param addSpecialTokens whether the tokenizer's post-processor adds what it adds, such as a
     *     beginning-of-sequence token
     */
    public int[] encode(String text, boolean addSpecialTokens) {
        String sound = withoutLoneSurrogates(text);
        lock.readLock().lock();
        try {
            requireOpen();
            long[] ids = tokenizer.encode(sound, addSpecialTokens, false).getIds();
            int[] narrow = new int[ids.length];
            for (int i = 0; i < ids.length; i++) {
                narrow[i] = Math.toIntExact(ids[i]);
            }
            return narrow;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Decodes ids as {@code decode(ids, skip_special_tokens=True)} of transformers. */
    public String decode(List<Integer> ids) {
        long[] wide = ids.stream().mapToLong(Integer::longValue).toArray();
        lock.readLock().lock();
        try {
            requireOpen();
            return tokenizer.decode(wide, true);
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * A token that is a part of a character, if the vocabulary has such: one byte of those that
     * encode a character that has no token of its own.
     */
    public OptionalInt characterPart() {
        String last = new String(Character.toChars(Character.MAX_CODE_POINT - 2));
        return Arrays.stream(encode(last, false))
                .filter(id -> decode(List.of(id)).equals(REPLACEMENT))
                .findFirst();
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("The tokenizer is closed");
        }
    }

    /** Half a surrogate pair is no Unicode text and would not pass the native boundary. */
    private static String withoutLoneSurrogates(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                NativeLedger.closed(Kind.TOKENIZER);
                tokenizer.close();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
