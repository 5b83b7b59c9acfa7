package io.flinkllava.runtime.checkpoint;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

import static io.flinkllava.runtime.checkpoint.TestCheckpoint.assertModelError;
import static org.assertj.core.api.Assertions.assertThat;

class ChatTemplateReaderTest {

    @TempDir Path folder;
    private TestCheckpoint checkpoint;

    @BeforeEach
    void setUp() {
        checkpoint = TestCheckpoint.empty(folder);
    }

    @Test
    void looksWhereTransformersLooksInItsOrder() {
        assertThat(ChatTemplateReader.read(checkpoint.folder())).isEmpty();

        checkpoint.write("tokenizer_config.json", "{\"chat_template\": \"tokenizer\"}");
        assertThat(ChatTemplateReader.read(checkpoint.folder())).contains("tokenizer");

        checkpoint.write("processor_config.json", "{\"chat_template\": null}");
        assertThat(ChatTemplateReader.read(checkpoint.folder())).contains("tokenizer");

        checkpoint.write("processor_config.json", "{\"chat_template\": \"processor\"}");
        assertThat(ChatTemplateReader.read(checkpoint.folder())).contains("processor");

        checkpoint.write("chat_template.json", "{\"chat_template\": \"json\"}");
        assertThat(ChatTemplateReader.read(checkpoint.folder())).contains("json");

        checkpoint.write("chat_template.jinja", "jinja\n");
        assertThat(ChatTemplateReader.read(checkpoint.folder())).contains("jinja\n");
    }

    @Test
    void takesTheDefaultOfSeveral() {
        checkpoint.write(
                "tokenizer_config.json",
                """
                {"chat_template": [{"name": "rag", "template": "r"},
                                   {"name": "default", "template": "d"},
                                   {"name": "tool_use", "template": "t"}]}
                """);
        assertThat(ChatTemplateReader.read(checkpoint.folder())).contains("d");

        checkpoint.write("chat_template.json", "{\"chat_template\": {\"default\": \"m\"}}");
        assertThat(ChatTemplateReader.read(checkpoint.folder())).contains("m");
    }

    @Test
    void refusesSeveralWithoutADefault() {
        checkpoint.write(
                "tokenizer_config.json",
                "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"r\"}]}");

        assertModelError(
                () -> ChatTemplateReader.read(checkpoint.folder()),
                checkpoint.file("tokenizer_config.json") + ": chat_template is [{",
                "'default'");
    }
}
