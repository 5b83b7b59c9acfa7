package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.CheckpointOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import static io.flinkllava.runtime.checkpoint.TestCheckpoint.assertModelError;
import static org.assertj.core.api.Assertions.assertThat;

class ExportedGraphsReaderTest {

    @TempDir Path folder;

    @Test
    void findsTheGraphsOfAnExport() {
        TestCheckpoint.exported("llava", folder);
        assertChoice("", "vision_encoder", "embed_tokens", "decoder_model_merged");
    }

    @Test
    void takesTheMostExactThatAllHave() {
        export("vision_encoder", "", "_q4", "_quantized");
        export("embed_tokens", "_q4f16", "_q4", "_quantized");
        export("decoder_model_merged", "_q4", "_quantized", "_fp16");
        assertChoice(
                "",
                "vision_encoder_quantized",
                "embed_tokens_quantized",
                "decoder_model_merged_quantized");
    }

    @Test
    void takesTheMostExactOfEachWhereNoneIsCommon() {
        export("vision_encoder", "_uint8", "");
        export("embed_tokens", "_int8", "_fp16");
        export("decoder_model_merged", "_bnb4", "_q4f16");
        assertChoice("", "vision_encoder", "embed_tokens_fp16", "decoder_model_merged_q4f16");
    }

    @Test
    void takesTheVariantThatIsAskedFor() {
        export("vision_encoder", "", "_q4");
        export("embed_tokens", "", "_q4");
        export("decoder_model_merged", "", "_q4");
        assertChoice("q4", "vision_encoder_q4", "embed_tokens_q4", "decoder_model_merged_q4");
    }

    @Test
    void followsTheConfigFileByFile() {
        export("vision_encoder", "", "_q4");
        export("embed_tokens", "", "_fp16");
        export("decoder_model_merged", "", "_q4");
        config(
                "{\"transformers.js_config\": {\"dtype\": {\"embed_tokens\": \"fp16\","
                        + " \"vision_encoder\": \"fp16\", \"decoder_model_merged\": \"q4\"}}}");
        assertChoice("", "vision_encoder", "embed_tokens_fp16", "decoder_model_merged_q4");
    }

    @Test
    void followsTheConfigForAllFiles() {
        export("vision_encoder", "", "_q4");
        export("embed_tokens", "", "_q4");
        export("decoder_model_merged", "", "_q4");
        config("{\"transformers.js_config\": {\"dtype\": \"q4\"}}");
        assertChoice("", "vision_encoder_q4", "embed_tokens_q4", "decoder_model_merged_q4");
        assertChoice("fp32", "vision_encoder", "embed_tokens", "decoder_model_merged");
    }

    @Test
    void weightsWinUnlessGraphsAreAskedFor() {
        TestCheckpoint checkpoint = TestCheckpoint.golden(folder);
        export("vision_encoder", "");
        export("embed_tokens", "");
        export("decoder_model_merged", "");
        assertThat(checkpoint.read().source()).isInstanceOf(Weights.class);
        assertChoice("fp32", "vision_encoder", "embed_tokens", "decoder_model_merged");
    }

    @Test
    void saysWhichFilesAreMissingAndWhichVariantsThereAre() {
        TestCheckpoint.exported("llava", folder);
        export("vision_encoder", "_q4");
        assertModelError(
                () -> read("q4"),
                folder.resolve("onnx") + ": no embed_tokens_q4.onnx, decoder_model_merged_q4.onnx",
                "vision_encoder: fp32, q4; embed_tokens: fp32; decoder_model_merged: fp32");
    }

    @Test
    void saysThatAGraphIsMissingInEveryVariant() {
        TestCheckpoint.exported("llava", folder).delete("onnx/decoder_model_merged.onnx");
        assertModelError(
                () -> read(""), "no decoder_model_merged.onnx", "decoder_model_merged: none");
    }

    @Test
    void saysWhichVariantsAreKnown() {
        TestCheckpoint.exported("llava", folder);
        assertModelError(() -> read("int4"), "'int4'", "fp32, fp16, q8");
    }

    @Test
    void askingForGraphsThatAreNotThereIsAnError() {
        TestCheckpoint.golden(folder);
        assertModelError(() -> read("fp16"), "no vision_encoder_fp16.onnx", "embed_tokens: none");
    }

    /** Which graph is which is told by its name alone, so that empty ones will do. */
    private void export(String part, String... suffixes) {
        if (Files.notExists(folder.resolve("config.json"))) {
            TestCheckpoint.exported("llava", folder);
            graphs().forEach(ExportedGraphsReaderTest::delete);
        }
        for (String suffix : suffixes) {
            try {
                Path onnx = Files.createDirectories(folder.resolve("onnx"));
                Files.write(onnx.resolve(part + suffix + ".onnx"), new byte[0]);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private List<Path> graphs() {
        try (Stream<Path> files = Files.list(folder.resolve("onnx"))) {
            return files.toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void config(String fields) {
        TestCheckpoint.empty(folder).edit("config.json", fields);
    }

    private Checkpoint read(String variant) {
        return CheckpointReader.read(folder, CheckpointOptions.DEFAULT.withOnnxVariant(variant));
    }

    private void assertChoice(String variant, String vision, String embed, String decoder) {
        Path onnx = folder.resolve("onnx");
        ExportedGraphs graphs = (ExportedGraphs) read(variant).source();
        assertThat(graphs.visionEncoder()).isEqualTo(onnx.resolve(vision + ".onnx"));
        assertThat(graphs.embedTokens()).isEqualTo(onnx.resolve(embed + ".onnx"));
        assertThat(graphs.decoder()).isEqualTo(onnx.resolve(decoder + ".onnx"));
    }
}
