package io.flinkllava.runtime.checkpoint;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

class SpecialTokensReaderTest {

    @TempDir Path folder;

    @Test
    void readsStringsAndAddedTokensOfAllFiles() {
        TestCheckpoint checkpoint =
                TestCheckpoint.empty(folder)
                        .write(
                                "tokenizer_config.json",
                                """
                                {"add_bos_token": true, "bos_token": {"content": "<s>", "lstrip": false},
                                 "eos_token": "</s>", "pad_token": null, "unk_token": {"lstrip": true},
                                 "extra_special_tokens": {"image_token": "<image>"}}
                                """)
                        .write(
                                "special_tokens_map.json",
                                """
                                {"eos_token": "other", "pad_token": {"content": "<pad>"},
                                 "additional_special_tokens": ["<x>"]}
                                """)
                        .write("processor_config.json", "{\"video_token\": \"<video>\"}");

        assertThat(SpecialTokensReader.read(checkpoint.folder()))
                .isEqualTo(
                        Map.of(
                                "bos_token", "<s>",
                                "eos_token", "</s>",
                                "pad_token", "<pad>",
                                "image_token", "<image>",
                                "video_token", "<video>"));
    }

    @Test
    void doesWithoutAnyFile() {
        assertThat(SpecialTokensReader.read(TestCheckpoint.empty(folder).folder())).isEmpty();
    }
}
