package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.checkpoint.RopeConfig.Linear;
import io.flinkllava.runtime.checkpoint.RopeConfig.Llama3;
import io.flinkllava.runtime.checkpoint.RopeConfig.Unscaled;
import io.flinkllava.runtime.checkpoint.TextConfig.Biases;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

import static io.flinkllava.runtime.checkpoint.TestCheckpoint.assertModelError;
import static org.assertj.core.api.Assertions.assertThat;

class TextConfigReaderTest {

    private static final Biases NO_BIAS = new Biases(false, false, false);

    @TempDir Path folder;

    /** {@code LlamaConfig()} of transformers 5.18. */
    @Test
    void fillsTheDefaultsOfLlama() {
        TextConfig llama = defaults("llama", 11_008, 32, 32_000, 2048, NO_BIAS, 0);

        assertThat(text("\"model_type\": \"llama\"")).isEqualTo(llama);
        assertThat(text("")).isEqualTo(llama);
    }

    /** {@code MistralConfig()} of transformers 5.18. */
    @Test
    void fillsTheDefaultsOfMistral() {
        assertThat(text("\"model_type\": \"mistral\""))
                .isEqualTo(defaults("mistral", 14_336, 8, 32_000, 131_072, NO_BIAS, 4096));
    }

    /** {@code Qwen2Config()} of transformers 5.18. */
    @Test
    void fillsTheDefaultsOfQwen2() {
        TextConfig qwen2 =
                defaults("qwen2", 22_016, 32, 151_936, 32_768, new Biases(true, false, false), 0);

        assertThat(text("\"model_type\": \"qwen2\"")).isEqualTo(qwen2);
        JsonObject config = config("{}");
        assertThat(TextConfigReader.read(config, Optional.empty(), LanguageModel.QWEN2))
                .isEqualTo(qwen2);
    }

    @Test
    void readsEveryKey() {
        assertThat(
                        text(
                                """
                                "model_type": "mistral", "hidden_size": 96, "intermediate_size": 200,
                                "num_hidden_layers": 1, "num_attention_heads": 6,
                                "num_key_value_heads": 3, "head_dim": 20, "vocab_size": 500,
                                "max_position_embeddings": 64, "rms_norm_eps": 1e-3,
                                "rope_theta": 5000, "hidden_act": "gelu", "sliding_window": 9,
                                "tie_word_embeddings": true
                                """))
                .isEqualTo(
                        new TextConfig(
                                "mistral",
                                96,
                                200,
                                1,
                                6,
                                3,
                                20,
                                500,
                                64,
                                1e-3f,
                                new RopeConfig(5000, new Unscaled()),
                                "gelu",
                                NO_BIAS,
                                List.of(OptionalInt.of(9)),
                                true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            textBlock =
                    """
            "model_type": "llama"                               | 32
            "model_type": "mistral"                             | 8
            "model_type": "mistral", "num_key_value_heads": null | 32
            "model_type": "qwen2", "num_key_value_heads": 4     | 4
            "model_type": "qwen2", "num_attention_heads": 64, "num_key_value_heads": null | 64
            """)
    void takesTheHeadsOfQueriesWhereThereAreNoneOfKeys(String fields, int kvHeads) {
        assertThat(text(fields).kvHeads()).isEqualTo(kvHeads);
    }

    @Test
    void readsBiasesWhereTheModelAsksForThem() {
        String flags = "\"attention_bias\": true, \"mlp_bias\": true, \"model_type\": ";

        assertThat(text(flags + "\"llama\"").biases()).isEqualTo(new Biases(true, true, true));
        assertThat(text("\"mlp_bias\": true").biases()).isEqualTo(new Biases(false, false, true));
        assertThat(text(flags + "\"mistral\"").biases()).isEqualTo(NO_BIAS);
        assertThat(text(flags + "\"qwen2\"").biases()).isEqualTo(new Biases(true, false, false));
    }

    /** As the layers' {@code sliding_window} of transformers 5.18; 0 is none. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            textBlock =
                    """
            "model_type": "llama", "sliding_window": 7                         | 0 0 0
            "model_type": "mistral"                                            | 4096 4096 4096
            "model_type": "mistral", "sliding_window": 7                       | 7 7 7
            "model_type": "mistral", "sliding_window": null                    | 0 0 0
            "model_type": "qwen2", "sliding_window": 7, "max_window_layers": 0 | 0 0 0
            "model_type": "qwen2", "use_sliding_window": true                  | 0 0 0
            "model_type": "qwen2", "use_sliding_window": true, "max_window_layers": 1 | 0 4096 4096
            "model_type": "qwen2", "use_sliding_window": true, "sliding_window": 7, "max_window_layers": 0 | 7 7 7
            "model_type": "qwen2", "use_sliding_window": true, "sliding_window": null, "max_window_layers": 0 | 0 0 0
            "model_type": "qwen2", "use_sliding_window": true, "layer_types": ["sliding_attention", "full_attention", "sliding_attention"] | 4096 0 4096
            "model_type": "qwen2", "layer_types": ["full_attention", "full_attention", "full_attention"] | 0 0 0
            """)
    void readsTheWindowOfEachLayer(String fields, String windows) {
        assertThat(text("\"num_hidden_layers\": 3, " + fields).windows())
                .isEqualTo(
                        Arrays.stream(windows.split(" "))
                                .mapToInt(Integer::parseInt)
                                .mapToObj(w -> w == 0 ? OptionalInt.empty() : OptionalInt.of(w))
                                .toList());
    }

    @Test
    void readsTheRotaryBaseWhereEitherVersionWritesIt() {
        RopeConfig rope = new RopeConfig(500_000, new Unscaled());

        assertThat(text("\"rope_theta\": 500000.0, \"rope_scaling\": null").rope()).isEqualTo(rope);
        assertThat(text("\"rope_theta\": 500000.0, \"rope_scaling\": {}").rope()).isEqualTo(rope);
        assertThat(
                        text("\"rope_parameters\": {\"rope_theta\": 5e5, \"rope_type\":"
                                        + " \"default\"}, \"rope_theta\": 3.0")
                                .rope())
                .isEqualTo(rope);
    }

    @Test
    void readsLinearScaling() {
        RopeConfig rope = new RopeConfig(20_000, new Linear(4));

        assertThat(
                        text("\"rope_theta\": 20000, \"rope_scaling\": {\"type\": \"linear\","
                                        + " \"factor\": 4}")
                                .rope())
                .isEqualTo(rope);
        assertThat(
                        text("\"rope_parameters\": {\"rope_theta\": 20000, \"rope_type\":"
                                        + " \"linear\", \"factor\": 4.0}")
                                .rope())
                .isEqualTo(rope);
    }

    @Test
    void theFourthVersionsSectionWinsAsAWhole() {
        assertThat(
                        text("\"rope_scaling\": {\"rope_type\": \"linear\", \"type\": \"yarn\","
                                        + " \"factor\": 2}, \"rope_parameters\": {\"rope_theta\":"
                                        + " 7, \"rope_type\": \"default\"}")
                                .rope())
                .isEqualTo(new RopeConfig(10_000, new Linear(2)));
    }

    /** Where the original length stands in several places, that outside of the section wins. */
    @ParameterizedTest
    @CsvSource({"'', '', 99", "30, '', 30", "'', 40, 40", "30, 40, 40"})
    void readsTheScalingOfLlama3(String inside, String outside, int original) {
        String key = ", \"original_max_position_embeddings\": ";
        TextConfig text =
                text(
                        "\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8.0,"
                                + " \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0"
                                + (inside.isEmpty() ? "" : key + inside)
                                + "}, \"max_position_embeddings\": 99"
                                + (outside.isEmpty() ? "" : key + outside));

        assertThat(text.rope()).isEqualTo(new RopeConfig(10_000, new Llama3(8, 1, 4, original)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            {}                             | {}                             | false
            {"tie_word_embeddings": true}  | {"tie_word_embeddings": false} | true
            {"tie_word_embeddings": false} | {"tie_word_embeddings": true}  | true
            {"tie_word_embeddings": true}  | {}                             | true
            """)
    void isTiedWhereTheFileOrTheSectionSaysSo(String file, String section, boolean tied) {
        JsonObject config = config("{\"whole\": " + file + ", \"text_config\": " + section + "}");

        assertThat(
                        TextConfigReader.read(
                                        config.object("whole").orElseThrow(),
                                        config.object("text_config"))
                                .tieWordEmbeddings())
                .isEqualTo(tied);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            textBlock =
                    """
            "model_type": "gemma"            | text_config.model_type is "gemma", it must be one of llama, mistral, qwen2
            "model_type": 3                  | text_config.model_type is 3
            "num_hidden_layers": 3000000000  | text_config.num_hidden_layers is 3000000000
            "num_hidden_layers": 2.5         | text_config.num_hidden_layers is 2.5
            "num_key_value_heads": 5         | a divisor of num_attention_heads, 32
            "model_type": "qwen2", "num_attention_heads": 4 | num_key_value_heads is absent, it must be a divisor of num_attention_heads, 4
            "num_attention_heads": 3         | a multiple of num_attention_heads, 3
            "head_dim": 9                    | text_config.head_dim is 9
            "attention_bias": "yes"          | text_config.attention_bias is "yes"
            "model_type": "mistral", "sliding_window": 0 | text_config.sliding_window is 0
            "model_type": "qwen2", "max_window_layers": -1 | text_config.max_window_layers is -1
            "model_type": "qwen2", "use_sliding_window": 1 | text_config.use_sliding_window is 1
            "model_type": "qwen2", "layer_types": ["full_attention"] | for each of 32 layers
            "model_type": "qwen2", "layer_types": [1] | a list of strings
            "model_type": "qwen2", "num_hidden_layers": 1, "layer_types": ["chunked_attention"] | full_attention or sliding_attention
            "model_type": "qwen2", "num_hidden_layers": 1, "layer_types": ["sliding_attention"] | where use_sliding_window or sliding_window is off
            "rope_theta": 0                  | text_config.rope_theta is 0
            "rope_scaling": {"type": "dynamic", "factor": 2.0} | text_config.rope_scaling.type is "dynamic", it must be default, linear or llama3
            "rope_scaling": {"rope_type": "yarn", "factor": 2.0} | text_config.rope_scaling.rope_type is "yarn"
            "rope_parameters": {"rope_type": "longrope"} | text_config.rope_parameters.rope_type is "longrope"
            "rope_scaling": {"type": "linear"} | text_config.rope_scaling.factor is absent, it must be a positive number
            "rope_scaling": {"type": "linear", "factor": -1} | text_config.rope_scaling.factor is -1
            "rope_scaling": {"type": "llama3", "factor": 8} | rope_scaling.low_freq_factor is absent
            "rope_scaling": {"type": "llama3", "factor": 8, "low_freq_factor": 1} | rope_scaling.high_freq_factor is absent
            "rope_scaling": {"type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4} | above low_freq_factor, 4.0
            "rope_scaling": {"type": "llama3", "low_freq_factor": 1, "high_freq_factor": 4} | rope_scaling.factor is absent
            """)
    void refuses(String fields, String message) {
        assertModelError(() -> text(fields), folder.resolve("config.json").toString(), message);
    }

    private static TextConfig defaults(
            String modelType,
            int intermediateSize,
            int kvHeads,
            int vocabSize,
            int positions,
            Biases biases,
            int window) {
        return new TextConfig(
                modelType,
                4096,
                intermediateSize,
                32,
                32,
                kvHeads,
                128,
                vocabSize,
                positions,
                1e-6f,
                new RopeConfig(10_000, new Unscaled()),
                "silu",
                biases,
                Collections.nCopies(32, window == 0 ? OptionalInt.empty() : OptionalInt.of(window)),
                false);
    }

    private TextConfig text(String fields) {
        JsonObject config = config("{\"text_config\": {" + fields + "}}");
        return TextConfigReader.read(config, config.object("text_config"));
    }

    private JsonObject config(String json) {
        return JsonObject.read(
                TestCheckpoint.empty(folder).write("config.json", json).file("config.json"));
    }
}
