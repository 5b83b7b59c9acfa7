package io.flinkllava.runtime.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LlavaTokenizerTest {

    @ParameterizedTest
    @ValueSource(strings = {"llava15", "onevision"})
    void encodesAsTransformersDoes(String name) throws IOException {
        try (LlavaTokenizer tokenizer = LlavaTokenizer.open(TextFixtures.tokenizerJson(name))) {
            for (JsonNode row : cases(name, "encode")) {
                String text = row.get("text").asText();
                int[] ids = ints(row.get("ids"));
                assertThat(tokenizer.encode(text, true)).as(text).isEqualTo(ids);
                assertThat(tokenizer.encode(text, false))
                        .as(text)
                        .isEqualTo(ints(row.get("plain_ids")));
                assertThat(tokenizer.decode(Arrays.stream(ids).boxed().toList()))
                        .isEqualTo(row.get("decoded").asText());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llava15", "onevision"})
    void decodesAnyIdsAsTransformersDoes(String name) throws IOException {
        try (LlavaTokenizer tokenizer = LlavaTokenizer.open(TextFixtures.tokenizerJson(name))) {
            for (JsonNode row : cases(name, "decode")) {
                List<Integer> ids = Arrays.stream(ints(row.get("ids"))).boxed().toList();
                assertThat(tokenizer.decode(ids)).isEqualTo(row.get("text").asText());
            }
        }
    }

    @Test
    void neitherTruncatesNorPads() {
        try (LlavaTokenizer tokenizer = llava15()) {
            assertThat(tokenizer.encode("x ".repeat(5000), false)).hasSizeGreaterThan(5000);
        }
    }

    @Test
    void takesLoneSurrogates() {
        try (LlavaTokenizer tokenizer = llava15()) {
            assertThat(tokenizer.encode("a\ud83d", false)).isEqualTo(tokenizer.encode("a?", false));
        }
    }

    @Test
    void staysOffline() {
        llava15().close();
        assertThat(System.getProperty("ai.djl.offline")).isEqualTo("true");
        assertThat(System.getProperty("OPT_OUT_TRACKING")).isEqualTo("true");
    }

    @Test
    void servesManyThreads() {
        try (LlavaTokenizer tokenizer = llava15()) {
            int[] expected = tokenizer.encode("What is shown? 이 이미지", true);
            List<CompletableFuture<int[]>> futures = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                futures.add(
                        CompletableFuture.supplyAsync(
                                () -> tokenizer.encode("What is shown? 이 이미지", true)));
            }
            futures.forEach(future -> assertThat(future.join()).isEqualTo(expected));
        }
    }

    @Test
    void refusesCallsAfterClose() {
        LlavaTokenizer tokenizer = llava15();
        tokenizer.close();
        tokenizer.close();
        assertThatThrownBy(() -> tokenizer.encode("a", true))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> tokenizer.decode(List.of(1)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void namesAMissingFile(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("tokenizer.json");
        assertModelError(file, "There is no " + file);
        Files.writeString(folder.resolve("tokenizer.model"), "x");
        assertModelError(file, "only a tokenizer.model. Convert it with transformers");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{", "{}", "[1]", "{\"version\":\"1.0\",\"model\":{\"type\":\"Q\"}}"})
    void namesABrokenFile(String content, @TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("tokenizer.json"), content);
        assertModelError(file, file + " is not a tokenizer.json");
    }

    private static void assertModelError(Path file, String message) {
        assertThatThrownBy(() -> LlavaTokenizer.open(file))
                .isInstanceOfSatisfying(
                        LlavaException.class,
                        e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.MODEL))
                .hasMessageContaining(message)
                .hasMessageContaining("save_pretrained");
    }

    private static LlavaTokenizer llava15() {
        return LlavaTokenizer.open(TextFixtures.tokenizerJson("llava15"));
    }

    private static JsonNode cases(String name, String kind) throws IOException {
        return TextFixtures.golden("tokenizer_cases.json").get(name).get(kind);
    }

    private static int[] ints(JsonNode node) {
        return TextFixtures.JSON.convertValue(node, int[].class);
    }
}
