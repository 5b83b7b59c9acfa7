package io.flinkllava.runtime.constraint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.flinkllava.runtime.LlavaException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The bytes that each token of a {@code tokenizer.json} adds to an answer, by the file's decoders:
 * those of byte-level vocabularies (GPT-2's spelling of bytes as letters) and those that
 * SentencePiece became (a mark for a space, {@code <0x0A>} for a byte, a space dropped in front).
 */
final class TokenSpellings {

    private static final String SPACE_MARK = "\u2581";

    private final List<JsonNode> decoders;
    private final boolean byteLevel;
    private final Set<Integer> added = new HashSet<>();
    private final Map<Integer, String> texts = new TreeMap<>();

    private TokenSpellings(Path file, JsonNode tokenizer) {
        this.decoders = decoders(tokenizer.path("decoder"));
        for (JsonNode decoder : decoders) {
            requireKnown(file, decoder.path("type").asText());
        }
        this.byteLevel = has("ByteLevel");
        tokenizer.path("added_tokens").forEach(token -> added.add(token.path("id").asInt()));
        JsonNode vocabulary = tokenizer.path("model").path("vocab");
        if (vocabulary.isObject()) {
            vocabulary
                    .properties()
                    .forEach(entry -> texts.put(entry.getValue().asInt(), entry.getKey()));
        } else {
            // Unigram: [text, score], the id is the place.
            int id = 0;
            for (JsonNode entry : vocabulary) {
                texts.put(id++, entry.path(0).asText());
            }
        }
    }

    /**
     * Reads the spellings.
     *
     * @param ends tokens that are no text, beside those that were added to the vocabulary
     * @throws LlavaException MODEL if the file is of a kind that is not understood
     */
    static Vocabulary read(Path tokenizerJson, Set<Integer> ends) {
        try {
            JsonNode tokenizer = new JsonMapper().readTree(tokenizerJson.toFile());
            return new TokenSpellings(tokenizerJson, tokenizer).vocabulary(ends);
        } catch (JsonProcessingException e) {
            throw LlavaException.model(tokenizerJson + " is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw LlavaException.model(tokenizerJson + " cannot be read: " + e);
        }
    }

    private static List<JsonNode> decoders(JsonNode decoder) {
        if (!"Sequence".equals(decoder.path("type").textValue())) {
            return List.of(decoder);
        }
        List<JsonNode> all = new ArrayList<>();
        decoder.path("decoders").forEach(all::add);
        return all;
    }

    private static void requireKnown(Path file, String decoder) {
        Set<String> known =
                Set.of("ByteLevel", "Replace", "ByteFallback", "Fuse", "Strip", "Metaspace");
        if (!known.contains(decoder)) {
            throw LlavaException.model(
                    file
                            + " spells tokens by the decoder '"
                            + decoder
                            + "', which constraints do not know: ask without one");
        }
    }

    private boolean has(String decoder) {
        return decoders.stream().anyMatch(d -> decoder.equals(d.path("type").textValue()));
    }

    private Vocabulary vocabulary(Set<Integer> ends) {
        List<Vocabulary.Token> first = new ArrayList<>();
        List<Vocabulary.Token> later = new ArrayList<>();
        texts.forEach(
                (id, text) -> {
                    if (!added.contains(id) && !ends.contains(id)) {
                        byte[] bytes = bytes(text);
                        later.add(new Vocabulary.Token(id, bytes));
                        first.add(new Vocabulary.Token(id, atStart(text, bytes)));
                    }
                });
        return new Vocabulary(first, later);
    }

    private byte[] bytes(String text) {
        if (byteLevel) {
            return ByteLetters.bytes(text);
        }
        if (has("ByteFallback") && text.matches("<0x[0-9A-F]{2}>")) {
            return new byte[] {(byte) Integer.parseInt(text.substring(3, 5), 16)};
        }
        return text.replace(SPACE_MARK, " ").getBytes(StandardCharsets.UTF_8);
    }

    private byte[] atStart(String text, byte[] bytes) {
        for (JsonNode decoder : decoders) {
            String type = decoder.path("type").asText();
            if (type.equals("Metaspace")
                    && !"never".equals(decoder.path("prepend_scheme").textValue())) {
                return text.replace(SPACE_MARK, "").getBytes(StandardCharsets.UTF_8);
            }
            if (type.equals("Strip")) {
                int most = decoder.path("start").asInt();
                int from = 0;
                while (from < most && from < bytes.length && bytes[from] == ' ') {
                    from++;
                }
                return Arrays.copyOfRange(bytes, from, bytes.length);
            }
        }
        return bytes;
    }

    /** GPT-2's way to write any byte as a letter that can be seen ({@code bytes_to_unicode}). */
    private static final class ByteLetters {

        private static final int[] BYTE_OF = new int[512];

        static {
            Arrays.fill(BYTE_OF, -1);
            int next = 256;
            for (int b = 0; b < 256; b++) {
                boolean seen = (b >= '!' && b <= '~') || (b >= 0xa1 && b != 0xad);
                BYTE_OF[seen ? b : next++] = b;
            }
        }

        /** A token with other letters was not written so, and stands for itself. */
        static byte[] bytes(String text) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c >= BYTE_OF.length || BYTE_OF[c] < 0) {
                    return text.getBytes(StandardCharsets.UTF_8);
                }
                bytes.write(BYTE_OF[c]);
            }
            return bytes.toByteArray();
        }
    }
}
