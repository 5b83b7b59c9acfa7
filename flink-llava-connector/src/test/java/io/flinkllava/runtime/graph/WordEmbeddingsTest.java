package io.flinkllava.runtime.graph;

import io.flinkllava.runtime.checkpoint.Dtype;
import io.flinkllava.runtime.checkpoint.RopeConfig;
import io.flinkllava.runtime.checkpoint.TextConfig;
import io.flinkllava.runtime.checkpoint.TextConfig.Biases;
import io.flinkllava.runtime.checkpoint.WeightTensor;
import io.flinkllava.runtime.checkpoint.Weights;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

class WordEmbeddingsTest {

    private static final String TABLE = "language_model.model.embed_tokens.weight";
    private static final String HEAD = "language_model.lm_head.weight";

    @Test
    void areTwoWhereTheConfigurationSaysSo() {
        assertThat(words(false, Map.of(TABLE, "same", HEAD, "same")))
                .isEqualTo(new WordEmbeddings(TABLE, HEAD));
    }

    @Test
    void areTheOneThatIsThere() {
        assertThat(words(true, Map.of(TABLE, "same"))).isEqualTo(new WordEmbeddings(TABLE, TABLE));
        assertThat(words(true, Map.of(HEAD, "same"))).isEqualTo(new WordEmbeddings(HEAD, HEAD));
    }

    @Test
    void areOneWhereTheFileHasItTwice() {
        assertThat(words(true, Map.of(TABLE, "same", HEAD, "same")))
                .isEqualTo(new WordEmbeddings(TABLE, TABLE));
    }

    @Test
    void areTwoWhereTheyDifferWhateverTheConfigurationSays() {
        assertThat(words(true, Map.of(TABLE, "same", HEAD, "some")))
                .isEqualTo(new WordEmbeddings(TABLE, HEAD));
        assertThat(words(true, Map.of(TABLE, "same", HEAD, "longer")))
                .isEqualTo(new WordEmbeddings(TABLE, HEAD));
    }

    private static WordEmbeddings words(boolean tied, Map<String, String> files) {
        TextConfig text =
                new TextConfig(
                        "llama",
                        8,
                        8,
                        0,
                        1,
                        1,
                        8,
                        8,
                        8,
                        1e-6f,
                        new RopeConfig(10_000, new RopeConfig.Unscaled()),
                        "silu",
                        new Biases(false, false, false),
                        List.of(),
                        tied);
        return WordEmbeddings.of(text, new InMemory(files));
    }

    /** Tensors whose bytes are a text. */
    private record InMemory(Map<String, String> texts) implements Weights {

        @Override
        public WeightTensor get(String name) {
            long elements = texts.get(name).length() / Dtype.F16.bytes();
            return new WeightTensor(name, Dtype.F16, List.of(elements), Path.of(name), 0);
        }

        @Override
        public boolean contains(String name) {
            return texts.containsKey(name);
        }

        @Override
        public ByteBuffer map(WeightTensor tensor) {
            return StandardCharsets.US_ASCII.encode(texts.get(tensor.name()));
        }
    }
}
