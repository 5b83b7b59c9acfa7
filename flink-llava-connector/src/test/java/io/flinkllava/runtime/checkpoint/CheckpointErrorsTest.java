package io.flinkllava.runtime.checkpoint;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

import static io.flinkllava.runtime.checkpoint.TestCheckpoint.assertModelError;

/** What a person sees who gives a folder that cannot be loaded. */
class CheckpointErrorsTest {

    @TempDir Path folder;
    private TestCheckpoint checkpoint;

    @BeforeEach
    void setUp() {
        checkpoint = TestCheckpoint.golden(folder);
    }

    @Test
    void missingFolder() {
        Path missing = folder.resolve("none");
        assertModelError(
                () -> CheckpointReader.read(missing), missing + ": no such folder", "Download");
    }

    @Test
    void fileInPlaceOfFolder() {
        Path file = checkpoint.file("config.json");
        assertModelError(() -> CheckpointReader.read(file), file + " is a file");
    }

    @Test
    void noConfig() {
        checkpoint.delete("config.json");
        assertModelError(
                checkpoint::read, checkpoint.file("config.json") + ": no such file", "Give the");
    }

    @Test
    void malformedConfig() {
        checkpoint.write("config.json", "{\n\"model_type\": \"llava\",\n}");
        assertModelError(
                checkpoint::read, checkpoint.file("config.json") + ": not valid JSON at line 3");
    }

    @Test
    void emptyConfig() {
        checkpoint.write("config.json", "");
        assertModelError(checkpoint::read, checkpoint.file("config.json") + ": not a JSON object");
    }

    @Test
    void unknownModelType() {
        checkpoint.edit("config.json", config -> config.put("model_type", "blip"));
        assertModelError(
                checkpoint::read,
                checkpoint.file("config.json") + ": model_type is \"blip\", it must be one of");
    }

    @Test
    void noTokenizer() {
        checkpoint.delete("tokenizer.json");
        assertModelError(
                checkpoint::read, checkpoint.file("tokenizer.json") + ": no such file", "Copy it");
    }

    @Test
    void sentencePieceTokenizerOnly() {
        checkpoint.delete("tokenizer.json").write("tokenizer.model", "");
        assertModelError(
                checkpoint::read, "tokenizer.json: no such file", "tokenizer.model only: convert");
    }

    @Test
    void noProcessor() {
        checkpoint.delete("processor_config.json");
        assertModelError(
                checkpoint::read,
                checkpoint.file("preprocessor_config.json") + ": no such file",
                "processor_config.json",
                "Copy it");
    }

    @Test
    void processorOfAnotherTower() {
        checkpoint.edit(
                "processor_config.json",
                processor -> processor.withObject("image_processor").put("crop_size", 28));
        assertModelError(checkpoint::read, "makes pictures of 28x28, the vision tower takes 42x42");
    }

    @Test
    void picturesOfAnySize() {
        checkpoint.edit(
                "processor_config.json",
                processor -> processor.withObject("image_processor").put("do_center_crop", false));
        assertModelError(checkpoint::read, "makes pictures of any size");
    }

    @Test
    void noWeights() {
        checkpoint.delete("model.safetensors");
        assertModelError(checkpoint::read, checkpoint.file("model.safetensors") + ": no such file");
    }
}
