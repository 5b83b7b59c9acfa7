package io.flinkllava.runtime.text;

import io.flinkllava.runtime.LlavaException;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Prompts of checkpoints that ship no chat template, written as templates over string content: the
 * conversation styles of {@code llava/conversation.py} of the original LLaVA code and of
 * LLaVA-NeXT, and what Hugging Face uses for LLaVA-1.5. A system message takes the place of the
 * built-in one.
 */
enum FixedTemplate {
    /** {@code USER: <image>\nTEXT ASSISTANT:}, without a system text. */
    LLAVA_15(
            "llava_15",
            "</s>",
            "{% for m in messages %}{% if m.role == 'system' %}{{ m.content + ' ' }}{% else %}"
                    + "{{ m.role | upper + ': ' + m.content + ' ' }}{% endif %}{% endfor %}"
                    + "ASSISTANT:"),
    /** {@code SYSTEM USER: TEXT ASSISTANT: ANSWER</s>USER: ...}. */
    LLAVA_V1("llava_v1", "</s>", system(Texts.HUMAN) + Texts.VICUNA),
    /** As {@link #LLAVA_V1} with the system text of Vicuna, in which a user chats, not a human. */
    VICUNA_V1(
            "v1, vicuna_v1",
            "</s>",
            system(
                            "A chat between a curious user and an artificial intelligence"
                                    + " assistant. The assistant gives helpful, detailed, and polite"
                                    + " answers to the user's questions.")
                    + Texts.VICUNA),
    /** {@code SYSTEM###Human: TEXT###Assistant:}. */
    LLAVA_V0(
            "v0, llava_v0",
            "###",
            system(Texts.HUMAN)
                    + "{{ system + '###' }}{% for m in turns %}"
                    + "{{ ('Human' if m.role == 'user' else 'Assistant') + ': ' + m.content"
                    + " + '###' }}{% endfor %}Assistant:"),
    /** {@code [INST] <<SYS>>\nSYSTEM\n<</SYS>>\n\nTEXT [/INST]}. */
    LLAVA_LLAMA_2(
            "llava_llama_2",
            "</s>",
            system(
                            "You are a helpful language and vision assistant. You are able to"
                                    + " understand the visual content that the user provides, and"
                                    + " assist the user with a variety of tasks using natural"
                                    + " language.")
                    + Texts.instructions("<s>")),
    /** As {@link #LLAVA_LLAMA_2} without a system text of its own. */
    MISTRAL_INSTRUCT("mistral_instruct", "</s>", system("") + Texts.instructions("")),
    /** {@code <|im_start|>user\nTEXT<|im_end|><|im_start|>assistant\n}. */
    CHATML_DIRECT(
            "chatml_direct, mistral_direct",
            "<|im_end|>",
            system("Answer the questions.") + Texts.chatml("")),
    /** As {@link #CHATML_DIRECT} with another system text. */
    MPT(
            "mpt",
            "<|im_end|>",
            system(
                            "A conversation between a user and an LLM-based AI assistant. The"
                                    + " assistant gives helpful and honest answers.")
                    + Texts.chatml("")),
    /** As {@link #CHATML_DIRECT} with another system text and a line for each turn. */
    QWEN(
            "qwen, qwen_1_5, qwen_2",
            "<|im_end|>",
            system("You are a helpful assistant.") + Texts.chatml("\\n")),
    /** The texts alone, a line each: what only the projector was trained on. */
    PLAIN("plain", "</s>", "{% for m in messages %}{{ m.content + '\\n' }}{% endfor %}");

    private final String names;
    private final String endOfTurn;
    private final String source;

    FixedTemplate(String names, String endOfTurn, String source) {
        this.names = names;
        this.endOfTurn = endOfTurn;
        this.source = source;
    }

    /**
     * Finds a style by its name in the original code.
     *
     * @throws LlavaException with code {@link io.flinkllava.runtime.LlavaErrorCode#MODEL} if there
     *     is none
     */
    static FixedTemplate named(String name) {
        return Arrays.stream(values())
                .filter(style -> style.names().contains(name))
                .findAny()
                .orElseThrow(
                        () ->
                                LlavaException.model(
                                        "conversation is '"
                                                + name
                                                + "', it must be one of "
                                                + Arrays.stream(values())
                                                        .flatMap(style -> style.names().stream())
                                                        .sorted()
                                                        .collect(Collectors.joining(", "))));
    }

    private List<String> names() {
        return List.of(names.split(", "));
    }

    String source() {
        return source;
    }

    /** What an answer ends with. */
    String endOfTurn() {
        return endOfTurn;
    }

    private static String system(String text) {
        return "{% set own = messages[0].role == 'system' %}"
                + "{% set system = messages[0].content if own else \""
                + text
                + "\" %}{% set turns = messages[1:] if own else messages %}";
    }

    /** Parts that several share. */
    private static final class Texts {

        static final String HUMAN =
                "A chat between a curious human and an artificial intelligence assistant. The"
                        + " assistant gives helpful, detailed, and polite answers to the human's"
                        + " questions.";

        static final String VICUNA =
                "{{ system + ' ' }}{% for m in turns %}{{ m.role | upper + ': ' + m.content"
                        + " + (' ' if m.role == 'user' else '</s>') }}{% endfor %}ASSISTANT:";

        static String chatml(String afterTurn) {
            String end = "'<|im_end|>" + afterTurn + "'";
            return "{{ '<|im_start|>system\\n' + system + "
                    + end
                    + " }}{% for m in turns %}{{ '<|im_start|>' + m.role + '\\n' + m.content + "
                    + end
                    + " }}{% endfor %}{{ '<|im_start|>assistant\\n' }}";
        }

        /** What separates turns is left out in front of the first. */
        static String instructions(String separator) {
            return "{% for m in turns %}{% if m.role == 'user' %}"
                    + "{% if not loop.first %}"
                    + separator
                    + "{% endif %}{{ '[INST] ' }}{% if loop.first and system %}"
                    + "{{ '<<SYS>>\\n' + system + '\\n<</SYS>>\\n\\n' }}{% endif %}"
                    + "{{ m.content + ' [/INST]' }}{% else %}{{ ' ' + m.content + ' </s>' }}"
                    + "{% endif %}{% endfor %}";
        }
    }
}
