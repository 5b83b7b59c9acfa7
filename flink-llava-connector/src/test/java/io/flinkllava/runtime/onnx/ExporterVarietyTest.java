package io.flinkllava.runtime.onnx;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.CheckpointReader;
import io.flinkllava.runtime.checkpoint.ExportedGraphs;
import io.flinkllava.runtime.engine.Prompt;
import io.flinkllava.runtime.image.VisualInput;
import io.flinkllava.testing.Golden;
import io.flinkllava.testing.ImageTokens;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The same model as other exporters would have written it, and what no exporter should write. */
class ExporterVarietyTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir Path folder;

    @BeforeEach
    void copy() {
        Golden.copy("onnx-export/llava", folder);
    }

    @Test
    void countsPositionsByItself() {
        decoder(GraphEdit::withoutPositionIds);
        assertAnswersAsTorch("llava");
    }

    @Test
    void hasTwoBranches() {
        decoder(GraphEdit::withUseCacheBranch);
        assertAnswersAsTorch("llava");
    }

    @Test
    void hasTwoBranchesAndCountsPositionsByItself() {
        decoder(graph -> graph.withoutPositionIds().withUseCacheBranch());
        assertAnswersAsTorch("llava");
    }

    @Test
    void scoresAsManyPositionsAsItIsTold() {
        decoder(graph -> graph.withNumLogitsToKeep("num_logits_to_keep"));
        assertAnswersAsTorch("llava");
    }

    @Test
    void scoresAsManyPositionsAsItIsToldInAVector() {
        decoder(graph -> graph.withNumLogitsToKeep("logits_to_keep", 1));
        assertAnswersAsTorch("llava");
    }

    @Test
    void scoresTheLastPositionOnly() {
        decoder(GraphEdit::withLastLogitsOnly);
        assertAnswersAsTorch("llava");
    }

    @Test
    void takesSmallIntegers() {
        decoder(
                graph ->
                        graph.retypeInput("attention_mask", GraphEdit.INT32, GraphEdit.INT64)
                                .retypeInput("position_ids", GraphEdit.INT32, GraphEdit.INT64));
        graph("embed_tokens").retypeInput("input_ids", GraphEdit.INT32, GraphEdit.INT64).save();
        assertAnswersAsTorch("llava");
    }

    @Test
    void takesAndGivesHalfPrecision() {
        decoder(GraphEdit::withHalfPrecisionBorders);
        graph("embed_tokens").withHalfPrecisionBorders().save();
        graph("vision_encoder").withHalfPrecisionBorders().save();
        assertAnswersAsTorch("llava");
    }

    @Test
    void keepsItsCacheInHalfPrecisionOnly() {
        decoder(
                graph -> {
                    for (String half : List.of(".key", ".value")) {
                        for (int layer = 0; layer < 2; layer++) {
                            graph.retypeInput(
                                            "past_key_values." + layer + half,
                                            GraphEdit.FLOAT16,
                                            GraphEdit.FLOAT)
                                    .retypeOutput("present." + layer + half, GraphEdit.FLOAT16);
                        }
                    }
                });
        assertAnswersAsTorch("llava");
    }

    @Test
    void namesThePicturesDifferently() {
        graph("vision_encoder")
                .renameInputTo("pixel_values", "images")
                .renameOutputTo("image_features", "embeddings")
                .save();
        graph("embed_tokens").renameInputTo("input_ids", "ids").save();
        assertAnswersAsTorch("llava");
    }

    @Test
    void seesOneTileAtATime() {
        Golden.copy("onnx-export/llava_next", folder);
        graph("vision_encoder").setInputShape("pixel_values", 1, 3, 56, 56).save();
        assertAnswersAsTorch("llava_next");
    }

    @Test
    void putsTheFeaturesOfAllTilesOnOneAxis() {
        Golden.copy("onnx-export/llava_next", folder);
        graph("vision_encoder").reshapeOutput("image_features", -1, 64).save();
        assertAnswersAsTorch("llava_next");
    }

    @Test
    void keepsItsWeightsInAFileBeside() {
        graph("decoder_model_merged").moveWeightsTo("decoder_model_merged.onnx_data").save();
        assertThat(folder.resolve("onnx/decoder_model_merged.onnx_data")).exists();
        assertAnswersAsTorch("llava");
    }

    @Test
    void anInputThatNobodyKnowsIsRefused() {
        decoder(graph -> graph.addInput("encoder_hidden_states", GraphEdit.FLOAT, -1, -1, 64));
        assertRefused("decoder_model_merged.onnx", "[encoder_hidden_states]", "nothing is known");
    }

    @Test
    void anInputOfAnotherRankIsRefused() {
        decoder(graph -> graph.addInput("num_logits_to_keep", GraphEdit.INT64, 1, -1));
        assertRefused(
                "input 'num_logits_to_keep' is INT64 [1, -1]", "int64 or int32 of rank 0 or 1");
    }

    @Test
    void anInputOfAnotherTypeIsRefused() {
        decoder(graph -> graph.addInput("use_cache_branch", GraphEdit.INT64, 1));
        assertRefused("input 'use_cache_branch' is INT64 [1], it must be bool");
    }

    @Test
    void picturesOfAnotherSizeAreRefused() {
        config(root -> root.withObject("vision_config").put("image_size", 42));
        processor(root -> root.put("crop_size", 42));
        assertRefused("input 'pixel_values' is FLOAT32 [-1, 3, 56, 56]", "size 42 on axis 2");
    }

    @Test
    void anotherNumberOfLayersIsRefused() {
        config(root -> root.withObject("text_config").put("num_hidden_layers", 3));
        assertRefused("decoder_model_merged.onnx: has keys of 2 layers", "is 3");
    }

    @Test
    void anotherWidthIsRefused() {
        config(root -> root.withObject("text_config").put("hidden_size", 32));
        assertRefused("output 'image_features' is FLOAT32", "text_config.hidden_size");
    }

    @Test
    void anotherNumberOfFeaturesIsRefused() {
        config(root -> root.put("vision_feature_select_strategy", "full"));
        assertRefused("output 'image_features'", "size 17 on axis 1", "select_strategy");
    }

    @Test
    void aCacheThatDoesNotComeOutIsRefused() {
        decoder(graph -> graph.removeOutput("present.1.value"));
        assertRefused("decoder_model_merged.onnx: no 'present.1.value' among");
    }

    @Test
    void aDecoderThatTakesIdsIsRefused() {
        decoder(
                graph ->
                        graph.retypeInput("inputs_embeds", GraphEdit.FLOAT16, GraphEdit.FLOAT)
                                .renameInputTo("inputs_embeds", "input_ids"));
        assertRefused("decoder_model_merged.onnx: no 'inputs_embeds' among");
    }

    @Test
    void severalOutputsWithoutANameAreRefused() {
        graph("vision_encoder")
                .renameOutputTo("image_features", "pooled")
                .addOutput("hidden", "pooled")
                .save();
        assertRefused("vision_encoder.onnx: the outputs are [", "one called image_features");
    }

    @Test
    void aFileThatIsNoGraphIsRefused() throws IOException {
        Files.writeString(
                folder.resolve("onnx/embed_tokens.onnx"),
                "version https://git-lfs.github.com/spec/v1\n");
        assertRefused("onnx/embed_tokens.onnx: ONNX Runtime cannot load it", "git lfs pull");
    }

    @Test
    void framesThatArePooledInFrontOfTheProjectorAreRefused() {
        Checkpoint checkpoint = CheckpointReader.read(folder);
        VisualInput frame = ExportedGolden.all("llava").get(0).prompt(checkpoint).visuals().get(0);
        Prompt prompt =
                Prompt.of(
                        ExportedGolden.all("llava").get(0).tokenIds(),
                        List.of(new VisualInput(frame.tiles(), 2, frame.packing())),
                        ImageTokens.of(checkpoint.config()));
        try (ExportedStepExecutor executor = open(checkpoint)) {
            assertThatThrownBy(() -> executor.prefill(0, prompt, false))
                    .isInstanceOfSatisfying(
                            LlavaException.class,
                            e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.INPUT))
                    .hasMessageContaining("vision_encoder.onnx is one graph of both");
        }
    }

    private void decoder(Consumer<GraphEdit> change) {
        GraphEdit graph = graph("decoder_model_merged");
        change.accept(graph);
        graph.save();
    }

    private GraphEdit graph(String name) {
        return GraphEdit.of(folder.resolve("onnx/" + name + ".onnx"));
    }

    private void config(Consumer<ObjectNode> change) {
        edit("config.json", change);
    }

    private void processor(Consumer<ObjectNode> change) {
        edit("preprocessor_config.json", change);
    }

    private void edit(String name, Consumer<ObjectNode> change) {
        try {
            ObjectNode root = (ObjectNode) JSON.readTree(folder.resolve(name).toFile());
            change.accept(root);
            JSON.writeValue(folder.resolve(name).toFile(), root);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void assertAnswersAsTorch(String model) {
        Checkpoint checkpoint = CheckpointReader.read(folder);
        try (ExportedStepExecutor executor = open(checkpoint)) {
            for (ExportedGolden golden : ExportedGolden.all(model)) {
                assertThat(golden.answer(executor, checkpoint)).isEqualTo(golden.answer());
            }
        }
    }

    private void assertRefused(String... parts) {
        Checkpoint checkpoint = CheckpointReader.read(folder);
        assertThatThrownBy(() -> open(checkpoint).close())
                .isInstanceOfSatisfying(
                        LlavaException.class,
                        e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.MODEL))
                .hasMessageContainingAll(parts);
    }

    private static ExportedStepExecutor open(Checkpoint checkpoint) {
        return ExportedStepExecutor.open(
                checkpoint.config(),
                (ExportedGraphs) checkpoint.source(),
                ModelOptions.DEFAULT.withDevice(Device.CPU).withMaxBatchSize(1),
                512);
    }
}
