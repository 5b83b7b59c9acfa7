package io.flinkllava.runtime.checkpoint;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.Set;

import static io.flinkllava.runtime.checkpoint.TestCheckpoint.assertModelError;
import static org.assertj.core.api.Assertions.assertThat;

class GenerationReaderTest {

    @TempDir Path folder;

    @Test
    void unitesTheIdsOfAllFiles() {
        GenerationDefaults defaults =
                read(
                        "{\"eos_token_id\": [128001, 128009], \"max_new_tokens\": 64}",
                        "{\"eos_token_id\": 5, \"text_config\": {\"eos_token_id\": [128009, 9],"
                                + " \"vocab_size\": 128256}}");

        assertThat(defaults.eosTokenIds()).containsExactlyInAnyOrder(128_001, 128_009, 5, 9);
        assertThat(defaults.maxNewTokens()).hasValue(64);
    }

    @Test
    void asksTheFamilyOnlyWhereNoFileNamesAnId() {
        assertThat(read("{\"eos_token_id\": 0}", "{}").eosTokenIds()).containsExactly(0);
        assertThat(read("{\"eos_token_id\": null}", "{\"text_config\": {}}").eosTokenIds())
                .containsExactly(2);
    }

    @ParameterizedTest
    @CsvSource({"llama, 2", "mistral, 2", "qwen2,"})
    void everyLanguageModelHasItsOwnId(String modelType, Integer id) {
        String config = "{\"text_config\": {\"model_type\": \"" + modelType + "\"}}";

        assertThat(read("{}", config).eosTokenIds()).isEqualTo(id == null ? Set.of() : Set.of(id));
    }

    @Test
    void doesWithoutTheFile() {
        TestCheckpoint checkpoint =
                TestCheckpoint.empty(folder).write("config.json", "{\"eos_token_id\": 7}");

        GenerationDefaults defaults = read(checkpoint);

        assertThat(defaults.eosTokenIds()).containsExactly(7);
        assertThat(defaults.maxNewTokens()).isEmpty();
    }

    /** A model never says what it has no score for. */
    @Test
    void passesOverWhatLiesOutsideTheVocabulary() {
        String config = "{\"eos_token_id\": 300, \"text_config\": {\"vocab_size\": 260}}";
        assertThat(read("{\"eos_token_id\": [2, 260, 259]}", config).eosTokenIds())
                .containsExactlyInAnyOrder(2, 259);
        assertThat(read("{}", config).eosTokenIds()).isEmpty();
    }

    @Test
    void refusesWhatIsNoId() {
        assertModelError(
                () -> read("{\"eos_token_id\": \"</s>\"}", "{}"),
                "generation_config.json",
                "eos_token_id is \"</s>\"");
        assertModelError(() -> read("{\"eos_token_id\": [2, -1]}", "{}"), "eos_token_id is [2,-1]");
        assertModelError(() -> read("{\"max_new_tokens\": 0}", "{}"), "max_new_tokens is 0");
    }

    private GenerationDefaults read(String generation, String config) {
        return read(
                TestCheckpoint.empty(folder)
                        .write("generation_config.json", generation)
                        .write("config.json", config));
    }

    private static GenerationDefaults read(TestCheckpoint checkpoint) {
        JsonObject config = JsonObject.read(checkpoint.file("config.json"));
        return GenerationReader.read(
                checkpoint.folder(),
                config,
                TextConfigReader.read(config, config.object("text_config")));
    }
}
