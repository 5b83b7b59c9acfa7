package io.flinkllava.runtime.checkpoint;

import io.flinkllava.testing.PublishedModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** The configuration files and tensor names of published checkpoints. */
class PublishedCheckpointTest {

    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({
        "LLAVA_15_7B, llava, llama, 32000, 2",
        "LLAVA_15_13B, llava, llama, 32000, 2",
        "BAKLLAVA, llava, mistral, 32000, 2",
        "INTERLEAVE_05B, llava, qwen2, 151646, 151645",
        "INTERLEAVE_7B, llava, qwen2, 151646, 151645",
        "VIP_LLAVA_7B, vipllava, llama, 32000, 2",
        "NEXT_VICUNA_7B, llava_next, llama, 32000, 2",
        "NEXT_VICUNA_13B, llava_next, llama, 32000, 2",
        "NEXT_MISTRAL_7B, llava_next, mistral, 32000, 2",
        "NEXT_34B, llava_next, llama, 64000, 7",
        "NEXT_LLAMA3_8B, llava_next, llama, 128256, 128009",
        "NEXT_72B, llava_next, qwen2, 151646, 151645",
        "NEXT_VIDEO_7B, llava_next_video, llama, 32001, 2",
        "ONEVISION_05B, llava_onevision, qwen2, 151646, 151645",
        "ONEVISION_7B, llava_onevision, qwen2, 151646, 151645",
        "ONEVISION_72B, llava_onevision, qwen2, 151646, 151645",
    })
    void readsTheConfiguration(
            PublishedModel model, String family, String language, int imageToken, int eos) {
        Checkpoint checkpoint = model.read(folder);
        assertThat(checkpoint.config().modelType()).isEqualTo(family);
        assertThat(checkpoint.config().text().modelType()).isEqualTo(language);
        assertThat(checkpoint.config().imageTokenId()).isEqualTo(imageToken);
        assertThat(checkpoint.generation().eosTokenIds()).containsExactly(eos);
        assertThat(checkpoint.specialTokens()).containsEntry("image_token", "<image>");
    }

    @Test
    void readsTheTemplateBesideTheProcessor() {
        assertThat(PublishedModel.LLAVA_15_7B.read(folder).chatTemplate().orElseThrow())
                .startsWith("{% for message in messages %}")
                .contains("ASSISTANT:");
    }

    /** The parameters that transformers counts. */
    @ParameterizedTest
    @CsvSource({
        "LLAVA_15_7B, 7063427072",
        "LLAVA_15_13B, 13351494656",
        "BAKLLAVA, 7566743552",
        "INTERLEAVE_05B, 864031264",
        "INTERLEAVE_7B, 8141100576",
        "VIP_LLAVA_7B, 7080214528",
        "NEXT_VICUNA_7B, 7063431168",
        "NEXT_VICUNA_13B, 13351499776",
        "NEXT_MISTRAL_7B, 7566747648",
        "NEXT_34B, 34752083968",
        "NEXT_LLAMA3_8B, 8355276800",
        "NEXT_72B, 72667998208",
        "NEXT_VIDEO_7B, 7063431168",
        "ONEVISION_05B, 893675552",
        "ONEVISION_7B, 8030807584",
        "ONEVISION_72B, 73181570592",
    })
    void hasTheParametersOfTheArchitecture(PublishedModel model, long parameters) {
        assertThat(model.weights().parameters()).isEqualTo(parameters);
    }

    /** The sizes in bytes that the files have on their pages. */
    @ParameterizedTest
    @CsvSource({"LLAVA_15_7B, 14.13e9", "ONEVISION_05B, 1.79e9"})
    void weighsWhatIsPublished(PublishedModel model, double bytes) {
        assertThat((double) Dtype.F16.bytes() * model.weights().parameters())
                .isCloseTo(bytes, within(0.005e9));
    }

    /**
     * Transformers 5 holds {@code model.language_model.*} in memory and drops {@code vision_model},
     * transformers 4.52 and later held the one and kept the other, and files of 5 do the reverse.
     */
    @ParameterizedTest
    @EnumSource
    void knowsTheTensorsByTheNamesOfEveryVersion(PublishedModel model) {
        Set<String> published = model.weights().shapes().keySet();
        UnaryOperator<String> shortTower =
                name -> name.replaceFirst("^vision_tower\\.vision_model\\.", "vision_tower.");
        for (UnaryOperator<String> spelling :
                List.<UnaryOperator<String>>of(
                        UnaryOperator.identity(),
                        shortTower,
                        PublishedCheckpointTest::inMemory,
                        name -> inMemory(shortTower.apply(name)))) {
            for (String name : published) {
                assertThat(TensorNames.canonical(spelling.apply(name))).isEqualTo(name);
            }
        }
    }

    private static String inMemory(String name) {
        return name.startsWith("language_model.lm_head.")
                ? name.replaceFirst("^language_model\\.", "")
                : "model." + name.replaceFirst("^language_model\\.model\\.", "language_model.");
    }
}
