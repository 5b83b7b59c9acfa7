package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.text.EndOfTurn;
import io.flinkllava.runtime.text.LlavaTokenizer;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;

/** Random tokens, hence many characters that are not whole, told piece by piece. */
class TextPiecesTest {

    private static final String WORDS = "A red hare, über 3 Äpfel: 你好\n\n### yes <b> ## no 🦊 ";

    @ParameterizedTest
    @ValueSource(strings = {"llava15", "llava15_qwen2", "llava15_llama3", "onevision"})
    void piecesAreTheWholeText(String checkpoint) {
        EndOfTurn endOfTurn = new EndOfTurn(Set.of(), List.of("###", "yes"));
        try (LlavaTokenizer tokenizer = tokenizer(checkpoint)) {
            int[] words = tokenizer.encode(WORDS, false);
            for (int seed = 0; seed < 200; seed++) {
                Random random = new Random(seed);
                TextPieces pieces =
                        new TextPieces(tokenizer::decode, endOfTurn, tokenizer.characterPart());
                List<Integer> ids = new ArrayList<>();
                StringBuilder told = new StringBuilder();
                for (int i = 0; i < 60; i++) {
                    int token =
                            random.nextInt(3) == 0
                                    ? random.nextInt(300)
                                    : words[random.nextInt(words.length)];
                    ids.add(token);
                    told.append(pieces.add(token));
                    assertThat(endOfTurn.cut(tokenizer.decode(ids))).startsWith(told);
                }
                String whole = endOfTurn.cut(tokenizer.decode(ids));
                assertThat(told + pieces.rest(whole)).isEqualTo(whole);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llava15", "llava15_qwen2"})
    void aTokenCostsTheSameWhereverItStands(String checkpoint) {
        AtomicLong decoded = new AtomicLong();
        try (LlavaTokenizer tokenizer = tokenizer(checkpoint)) {
            int[] words = tokenizer.encode("A hare sits in the grass, and it eats. ", false);
            TextPieces pieces =
                    new TextPieces(
                            ids -> {
                                decoded.addAndGet(ids.size());
                                return tokenizer.decode(ids);
                            },
                            new EndOfTurn(Set.of(), List.of("###")),
                            tokenizer.characterPart());
            int tokens = 0;
            while (tokens < 2000) {
                pieces.add(words[tokens++ % words.length]);
            }
            assertThat(decoded.get()).as("tokens decoded").isLessThan(20L * tokens);
        }
    }

    private static LlavaTokenizer tokenizer(String checkpoint) {
        return LlavaTokenizer.open(Golden.checkpoint(checkpoint).resolve("tokenizer.json"));
    }
}
