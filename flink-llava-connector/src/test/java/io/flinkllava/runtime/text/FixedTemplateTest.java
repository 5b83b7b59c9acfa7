package io.flinkllava.runtime.text;

import io.flinkllava.runtime.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.List;

import static io.flinkllava.runtime.Message.Role.ASSISTANT;
import static io.flinkllava.runtime.Message.Role.SYSTEM;
import static org.assertj.core.api.Assertions.assertThat;

/** Expected prompts are those of {@code llava/conversation.py}. */
class FixedTemplateTest {

    private static final String HUMAN =
            "A chat between a curious human and an artificial intelligence assistant. The assistant"
                    + " gives helpful, detailed, and polite answers to the human's questions.";

    private static final List<Message> TURNS =
            List.of(Message.user("Q1"), new Message(ASSISTANT, "A1"), Message.user("Q2"));

    @Test
    void rendersLlava15() {
        assertThat(render(FixedTemplate.LLAVA_15, TURNS))
                .isEqualTo("USER: <image>\nQ1 ASSISTANT: A1 USER: Q2 ASSISTANT:");
    }

    @Test
    void rendersLlavaV1() {
        assertThat(render(FixedTemplate.LLAVA_V1, TURNS))
                .isEqualTo(HUMAN + " USER: <image>\nQ1 ASSISTANT: A1</s>USER: Q2 ASSISTANT:");
    }

    @Test
    void rendersLlavaV0() {
        assertThat(render(FixedTemplate.LLAVA_V0, TURNS))
                .isEqualTo(
                        HUMAN + "###Human: <image>\nQ1###Assistant: A1###Human: Q2###Assistant:");
    }

    @Test
    void rendersLlama2() {
        assertThat(render(FixedTemplate.LLAVA_LLAMA_2, TURNS))
                .startsWith("[INST] <<SYS>>\nYou are a helpful language and vision assistant.")
                .endsWith(
                        "natural language.\n<</SYS>>\n\n<image>\nQ1 [/INST] A1 </s><s>[INST] Q2"
                                + " [/INST]");
    }

    @Test
    void rendersMistralInstruct() {
        assertThat(render(FixedTemplate.MISTRAL_INSTRUCT, TURNS))
                .isEqualTo("[INST] <image>\nQ1 [/INST] A1 </s>[INST] Q2 [/INST]");
    }

    @Test
    void rendersChatml() {
        String turns =
                "<|im_end|><|im_start|>user\n<image>\nQ1<|im_end|><|im_start|>assistant\nA1"
                        + "<|im_end|><|im_start|>user\nQ2<|im_end|><|im_start|>assistant\n";
        assertThat(render(FixedTemplate.CHATML_DIRECT, TURNS))
                .isEqualTo("<|im_start|>system\nAnswer the questions." + turns);
        assertThat(render(FixedTemplate.MPT, TURNS))
                .startsWith("<|im_start|>system\nA conversation between a user and an LLM-based")
                .endsWith(turns);
    }

    @ParameterizedTest
    @EnumSource(FixedTemplate.class)
    void letsASystemMessageTakeOver(FixedTemplate template) {
        List<Message> messages = List.of(new Message(SYSTEM, "Be brief."), Message.user("Q1"));
        assertThat(render(template, messages))
                .containsOnlyOnce("Be brief.")
                .containsOnlyOnce("<image>\nQ1")
                .doesNotContain("polite", "Answer the questions.", "honest", "vision");
    }

    @ParameterizedTest
    @CsvSource({
        "llava, llava-1.5-7b-hf, LLAVA_15",
        "llava_llama, llava-v1.5-7b, LLAVA_V1",
        "llava_llama, LLaVA-7B-v0, LLAVA_V0",
        "llava_llama, llava-Llama-2-7b-chat, LLAVA_LLAMA_2",
        "llava_mistral, llava-v1.6-mistral-7b, MISTRAL_INSTRUCT",
        "llava_llama, llava-v1.6-34b, CHATML_DIRECT",
        "llava_mpt, LLaVA-Lightning-MPT-7B, MPT"
    })
    void goesByModelTypeAndName(String modelType, String folder, FixedTemplate expected) {
        assertThat(FixedTemplate.of(modelType, folder)).isEqualTo(expected);
    }

    private static String render(FixedTemplate template, List<Message> messages) {
        return new ChatTemplate(
                        TextFixtures.checkpoint(
                                Path.of("/models/any"), template.source(), "llava", 560),
                        "<image>",
                        "<video>")
                .render(messages, 1, 0);
    }
}
