package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.CheckpointOptions;
import io.flinkllava.runtime.checkpoint.PromptStyle.InPieces;
import io.flinkllava.runtime.checkpoint.PromptStyle.Whole;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static io.flinkllava.runtime.checkpoint.TestCheckpoint.assertModelError;
import static org.assertj.core.api.Assertions.assertThat;

/** Folders as the original LLaVA code saves them, and where their towers are found. */
class OriginalCheckpointTest {

    private static final String PATCHES =
            "vision_tower.vision_model.embeddings.patch_embedding.weight";

    @TempDir Path models;

    @Test
    void putsTwoFoldersTogether() {
        Path folder = Golden.checkpoint("llava_v1");
        Checkpoint checkpoint = CheckpointReader.read(folder);

        assertThat(checkpoint.config().vision().hiddenSize()).isEqualTo(48);
        assertThat(checkpoint.config().text().hiddenSize()).isEqualTo(64);
        assertThat(checkpoint.generation().eosTokenIds()).containsExactly(2);
        assertThat(checkpoint.imageProcessor().padToSquare()).isTrue();
        assertThat(checkpoint.promptStyle())
                .isEqualTo(new PromptStyle("llava_v1", new InPieces("", "")));
        Weights weights = checkpoint.weights();
        weights.require("language_model.lm_head.weight", 594, 64);
        weights.require("language_model.model.layers.2.mlp.down_proj.weight", 64, 112);
        weights.require("multi_modal_projector.linear_1.weight", 64, 48);
        assertThat(weights.require(PATCHES, 48, 3, 14, 14).file())
                .isEqualTo(folder.resolve("vision_tower/model.safetensors"));
        assertThat(weights.map(weights.get(PATCHES)).remaining()).isEqualTo(48 * 3 * 14 * 14 * 4);
        assertThat(weights.contains(PATCHES)).isTrue();
        assertThat(weights.contains("vision_tower.lm_head.weight")).isFalse();
        assertModelError(
                () -> weights.get("vision_tower.vision_model.none"),
                folder.resolve("vision_tower").toString(),
                "vision_tower.vision_model.none");
        assertModelError(() -> weights.get("image_newline"), folder + ": no tensor");
    }

    @Test
    void readsATowerOfTheCheckpointItself() {
        Checkpoint checkpoint = CheckpointReader.read(Golden.checkpoint("llava_v16"));

        assertThat(checkpoint.config().vision().imageSize()).isEqualTo(28);
        assertThat(checkpoint.imageProcessor().padToSquare()).isFalse();
        assertThat(checkpoint.promptStyle().conversation()).isEqualTo("mistral_instruct");
        checkpoint.weights().require(PATCHES, 48, 3, 7, 7);
        checkpoint.weights().require("image_newline", 64);
    }

    @Test
    void prefersTheWeightsOfTheCheckpoint() throws IOException {
        TestCheckpoint checkpoint = golden("llava_v1_mlp");
        Files.copy(
                Golden.checkpoint("llava_v1/vision_tower/model.safetensors"),
                checkpoint.file("clip-tower/model.safetensors"));

        assertThat(checkpoint.read().weights().get(PATCHES).file())
                .isEqualTo(checkpoint.file("model.safetensors"));
    }

    @Test
    void findsTheTowerUnderItsWholeName() throws IOException {
        assertFound("some-org/clip", models.resolve("llava_v1/some-org/clip"));
    }

    @Test
    void findsTheTowerUnderTheLastPartOfItsName() throws IOException {
        assertFound("/nowhere/some-org/clip", models.resolve("llava_v1/clip"));
    }

    @Test
    void findsTheTowerBesideTheCheckpoint() throws IOException {
        assertFound("some-org/clip", models.resolve("clip"));
    }

    @Test
    void findsTheTowerAtAnAbsolutePath() throws IOException {
        Path clip = models.resolve("elsewhere/clip");
        assertFound(clip.toString(), clip);
    }

    @Test
    void findsTheTowerWhereTheOptionSays() throws IOException {
        TestCheckpoint checkpoint = golden("llava_v1");
        Path tower = moved(checkpoint, models.resolve("tower of mine"));

        assertThat(
                        checkpoint
                                .read(CheckpointOptions.DEFAULT.withVisionTower(tower.toString()))
                                .weights()
                                .get(PATCHES)
                                .file())
                .startsWith(tower);
    }

    @Test
    void ignoresTheTextTowerOfAWholeClip() {
        TestCheckpoint checkpoint = golden("llava_v1");
        new SafetensorsWriter()
                .addFloats("vision_model.embeddings.class_embedding", 1f)
                .addFloats("text_model.embeddings.token_embedding.weight", 2f)
                .addFloats("logit_scale", 3f)
                .write(checkpoint.file("vision_tower/model.safetensors"));

        Weights weights = checkpoint.read().weights();

        weights.require("vision_tower.vision_model.embeddings.class_embedding", 1);
        assertThat(weights.contains("vision_tower.vision_model.embeddings.token_embedding.weight"))
                .isFalse();
    }

    @Test
    void readsTheTowerOfAWholeSiglip() {
        TestCheckpoint checkpoint = golden("llava_v1");
        checkpoint
                .write(
                        "vision_tower/config.json",
                        """
                        {"model_type": "siglip", "text_config": {"hidden_size": 8},
                         "vision_config": {"hidden_size": 48, "num_attention_heads": 3,
                                           "image_size": 42}}
                        """)
                .write(
                        "vision_tower/preprocessor_config.json",
                        """
                        {"image_processor_type": "SiglipImageProcessor",
                         "size": {"height": 42, "width": 42}}
                        """);

        LlavaConfig config = checkpoint.read().config();

        assertThat(config.vision().architecture()).isEqualTo(VisionConfig.Architecture.SIGLIP);
        assertThat(config.vision().patchSize()).isEqualTo(16);
        assertThat(config.featuresPerTile()).isEqualTo(4);
    }

    @Test
    void knowsTheTowersThatCheckpointsContainAndDoNotDescribe() {
        TestCheckpoint checkpoint = golden("llava_v1_mlp").delete("clip-tower/config.json");

        checkpoint.edit(
                "config.json", "{\"mm_vision_tower\": \"openai/clip-vit-large-patch14-336\"}");
        Checkpoint clip = checkpoint.read();
        checkpoint.edit("config.json", "{\"mm_vision_tower\": \"clip-vit-large-patch14\"}");
        VisionConfig small = checkpoint.read().config().vision();
        checkpoint.edit(
                "config.json", "{\"mm_vision_tower\": \"google/siglip-so400m-patch14-384\"}");
        Checkpoint siglip = checkpoint.read();

        assertThat(clip.config().vision()).isEqualTo(VisionConfigReader.CLIP_LARGE_336);
        assertThat(clip.imageProcessor().centerCrop())
                .contains(new ImageProcessorConfig.Size(336, 336));
        assertThat(clip.imageProcessor().mean()).startsWith(0.48145467f);
        assertThat(small.imageSize()).isEqualTo(224);
        assertThat(small.patches()).isEqualTo(256);
        assertThat(siglip.config().vision().layers()).isEqualTo(27);
        assertThat(siglip.config().vision().patches()).isEqualTo(729);
        assertThat(siglip.imageProcessor().mean()).containsOnly(0.5f);
    }

    @Test
    void saysWhereItLookedForATower() {
        TestCheckpoint checkpoint = golden("llava_v1").delete("vision_tower/config.json");
        checkpoint.edit(
                "config.json", "{\"mm_vision_tower\": \"openai/clip-vit-large-patch14-336\"}");

        assertModelError(
                checkpoint::read,
                checkpoint.file("config.json")
                        + ": mm_vision_tower is \"openai/clip-vit-large-patch14-336\"",
                checkpoint.file("openai/clip-vit-large-patch14-336/config.json").toString(),
                checkpoint.file("vision_tower/config.json").toString(),
                checkpoint.file("clip-vit-large-patch14-336/config.json").toString(),
                models.resolve("clip-vit-large-patch14-336/config.json").toString(),
                "and model.safetensors into one of these folders",
                "option vision-tower",
                "nothing is downloaded");
    }

    @Test
    void asksForTheConfigurationAloneWhereTheWeightsAreThere() {
        TestCheckpoint checkpoint = golden("llava_v1_mlp").delete("clip-tower/config.json");

        assertModelError(
                checkpoint::read,
                "\"some-org/clip-tower\"",
                "Download the vision tower's config.json, preprocessor_config.json into one of");
    }

    @Test
    void doesNotTakeTheCheckpointForItsOwnTower() {
        TestCheckpoint checkpoint = golden("llava_v1").delete("vision_tower/config.json");
        checkpoint.edit("config.json", "{\"mm_vision_tower\": \"some-org/llava_v1\"}");

        assertModelError(checkpoint::read, "there is no such folder");
    }

    @Test
    void refusesAPathThatIsNone() {
        TestCheckpoint checkpoint = golden("llava_v1");

        for (String name : List.of("a\0b", "", "/")) {
            checkpoint.edit("config.json", config -> config.put("mm_vision_tower", name));
            assertModelError(
                    checkpoint::read, "mm_vision_tower is", "a name or the path of a folder");
        }
        assertModelError(
                () -> checkpoint.read(CheckpointOptions.DEFAULT.withVisionTower("a\0b")),
                "vision-tower is",
                "no path of a folder");
    }

    @Test
    void refusesAnOptionThatLeadsNowhere() {
        TestCheckpoint checkpoint = golden("llava_v1");
        Path none = models.resolve("none");

        assertModelError(
                () -> checkpoint.read(CheckpointOptions.DEFAULT.withVisionTower(none.toString())),
                none + ": no such folder");
        assertModelError(
                () -> checkpoint.read(CheckpointOptions.DEFAULT.withVisionTower(models.toString())),
                models.resolve("config.json") + ": no such file",
                "CLIP or SigLIP tower");
    }

    @Test
    void refusesAnotherKindOfTower() {
        TestCheckpoint checkpoint =
                golden("llava_v1").edit("vision_tower/config.json", "{\"model_type\": \"dinov2\"}");

        assertModelError(
                checkpoint::read,
                checkpoint.file("vision_tower/config.json") + ": model_type is \"dinov2\"",
                "clip_vision_model or siglip_vision_model");
    }

    @Test
    void refusesATowerWithoutProcessorOrWeights() {
        TestCheckpoint checkpoint = golden("llava_v1").delete("vision_tower/model.safetensors");
        assertModelError(
                checkpoint::read,
                checkpoint.file("vision_tower/model.safetensors") + ": no such file");

        checkpoint.delete("vision_tower/preprocessor_config.json");
        assertModelError(
                checkpoint::read,
                checkpoint.file("vision_tower/preprocessor_config.json") + ": no such file");
    }

    @Test
    void saysHowToConvertASentencePieceTokenizer() {
        TestCheckpoint checkpoint = golden("llava_v1").delete("tokenizer.json");
        checkpoint.write("tokenizer.model", "");

        assertModelError(
                checkpoint::read, "tokenizer.json: no such file", "tokenizer.model only: convert");
    }

    @Test
    void goesByConversationStylesAsTheOriginalCodeDoes() {
        TestCheckpoint checkpoint =
                golden("llava_v1")
                        .edit("tokenizer_config.json", "{\"chat_template\": \"of the base model\"}")
                        .edit("config.json", "{\"mm_use_im_start_end\": true}");

        Checkpoint read = checkpoint.read();
        assertThat(read.chatTemplate()).isEmpty();
        assertThat(read.promptStyle())
                .isEqualTo(new PromptStyle("llava_v1", new InPieces("<im_start>", "<im_end>")));
        assertThat(
                        checkpoint
                                .read(CheckpointOptions.DEFAULT.withConversation("v0"))
                                .promptStyle()
                                .conversation())
                .isEqualTo("v0");
    }

    @Test
    void takesAConversationStyleInPlaceOfAChatTemplateWhereAsked() {
        TestCheckpoint checkpoint = golden("llava15");

        assertThat(checkpoint.read().chatTemplate()).isPresent();
        Checkpoint chosen = checkpoint.read(CheckpointOptions.DEFAULT.withConversation("v1"));
        assertThat(chosen.chatTemplate()).isEmpty();
        assertThat(chosen.promptStyle()).isEqualTo(new PromptStyle("v1", new Whole()));
    }

    private TestCheckpoint golden(String name) {
        return TestCheckpoint.golden(name, models.resolve(name));
    }

    private void assertFound(String name, Path place) throws IOException {
        TestCheckpoint checkpoint = golden("llava_v1");
        moved(checkpoint, place);
        checkpoint.edit("config.json", config -> config.put("mm_vision_tower", name));

        assertThat(checkpoint.read().weights().get(PATCHES).file())
                .isEqualTo(place.resolve("model.safetensors"));
    }

    private static Path moved(TestCheckpoint checkpoint, Path place) throws IOException {
        Files.createDirectories(place.getParent());
        return Files.move(checkpoint.file("vision_tower"), place);
    }
}
