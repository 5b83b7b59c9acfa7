package io.flinkllava.runtime.text;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

    @Test
    void rendersVicunaV1() {
        assertThat(render(FixedTemplate.VICUNA_V1, TURNS))
                .isEqualTo(
                        "A chat between a curious user and an artificial intelligence assistant."
                                + " The assistant gives helpful, detailed, and polite answers to"
                                + " the user's questions. USER: <image>\nQ1 ASSISTANT: A1</s>USER:"
                                + " Q2 ASSISTANT:");
    }

    @Test
    void rendersQwen() {
        assertThat(render(FixedTemplate.QWEN, TURNS))
                .isEqualTo(
                        """
                        <|im_start|>system
                        You are a helpful assistant.<|im_end|>
                        <|im_start|>user
                        <image>
                        Q1<|im_end|>
                        <|im_start|>assistant
                        A1<|im_end|>
                        <|im_start|>user
                        Q2<|im_end|>
                        <|im_start|>assistant
                        """);
    }

    @Test
    void rendersPlain() {
        assertThat(render(FixedTemplate.PLAIN, TURNS)).isEqualTo("<image>\nQ1\nA1\nQ2\n");
    }

    @ParameterizedTest
    @CsvSource({
        "llava_15, LLAVA_15",
        "v1, VICUNA_V1",
        "vicuna_v1, VICUNA_V1",
        "llava_v1, LLAVA_V1",
        "v0, LLAVA_V0",
        "llava_v0, LLAVA_V0",
        "llava_llama_2, LLAVA_LLAMA_2",
        "mistral_instruct, MISTRAL_INSTRUCT",
        "chatml_direct, CHATML_DIRECT",
        "mistral_direct, CHATML_DIRECT",
        "mpt, MPT",
        "qwen, QWEN",
        "qwen_1_5, QWEN",
        "qwen_2, QWEN",
        "plain, PLAIN"
    })
    void goesByTheNamesOfTheOriginalCode(String name, FixedTemplate expected) {
        assertThat(FixedTemplate.named(name)).isEqualTo(expected);
    }

    @Test
    void namesTheKnownStylesWhereOneIsUnknown() {
        assertThatThrownBy(() -> FixedTemplate.named("V1"))
                .isInstanceOfSatisfying(
                        LlavaException.class,
                        e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.MODEL))
                .hasMessage(
                        "conversation is 'V1', it must be one of chatml_direct, llava_15,"
                                + " llava_llama_2, llava_v0, llava_v1, mistral_direct,"
                                + " mistral_instruct, mpt, plain, qwen, qwen_1_5, qwen_2, v0, v1,"
                                + " vicuna_v1");
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

    private static String render(FixedTemplate template, List<Message> messages) {
        return new ChatTemplate(
                        TextFixtures.checkpoint(
                                Path.of("/models/any"), template.source(), "llava", 560),
                        "<image>",
                        "<video>")
                .render(messages, 1, 0);
    }
}
