package io.flinkllava.runtime.checkpoint;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

class ConversationNameTest {

    @ParameterizedTest
    @CsvSource({
        "llava, llava-v1.5-7b, llava-v1.5-7b, llava_v1",
        "llava, llava-v1.6-vicuna-13b, '', llava_v1",
        "llava, llava-v1.6-34b, '', chatml_direct",
        "llava, llava-llama-2-13b-chat-lightning-preview, '', llava_llama_2",
        "llava, LLaVA-7B-v0, '', llava_v0",
        "llava, LLaVA-Lightning-7B-v1-1, '', llava_v1",
        "llava, LLaVA-Lightning-MPT-7B, '', mpt",
        "llava_llama, my-model, lmsys/vicuna-7b-v1.5, llava_v1",
        "llava_llama, my-model, meta-llama/Llama-2-7b-chat-hf, llava_llama_2",
        "llava_llama, my-model, NousResearch/Nous-Hermes-2-Yi-34B, chatml_direct",
        "llava_llama, my-model, some/model-v0.2, llava_v1",
        "llava_llama, my-model, '', llava_v1",
        "llava_mistral, my-model-v1, '', mistral_instruct",
        "llava_qwen, my-model-v1, '', qwen_2",
    })
    void goesByLanguageModelFolderAndBaseModel(
            String modelType, String folder, String base, String expected) {
        assertThat(ConversationName.original(config(modelType, base), Path.of("/m", folder)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "llava-v1.6-34b-lora/checkpoint-500, chatml_direct",
        "vicuna-v0/checkpoint-500, llava_v0",
        "checkpoint-500, llava_v1",
    })
    void looksAroundAFolderThatATrainerNumbered(String folder, String expected) {
        assertThat(ConversationName.original(config("llava_llama", ""), Path.of("/m", folder)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "llava, llava-v1.6-34b, llava_15",
        "vipllava, any, llava_v0",
        "llava_onevision, any, qwen_2",
        "llava_next, llava-v1.6-mistral-7b-hf, mistral_instruct",
        "llava_next, llava-v1.6-vicuna-7b-hf, llava_v1",
        "llava_next, any, llava_v1",
    })
    void goesByTheFamilyOfAHuggingFaceFolder(String modelType, String folder, String expected) {
        assertThat(ConversationName.huggingFace(config(modelType, ""), Path.of("/m", folder)))
                .isEqualTo(expected);
    }

    private static JsonObject config(String modelType, String base) {
        String json =
                "{\"model_type\": \"%s\", \"_name_or_path\": \"%s\"}".formatted(modelType, base);
        return JsonObject.parse(Path.of("config.json"), json.getBytes(UTF_8));
    }
}
