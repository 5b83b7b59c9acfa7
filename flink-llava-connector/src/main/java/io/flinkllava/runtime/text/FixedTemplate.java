package io.flinkllava.runtime.text;

import java.util.Locale;

/**
 * Prompts of checkpoints that ship no chat template, written as templates over string content:
 * {@code llava/conversation.py} of the original LLaVA code, and what Hugging Face uses for
 * LLaVA-1.5. A system message takes the place of the built-in one.
 */
enum FixedTemplate {
    /** {@code USER: <image>\nTEXT ASSISTANT:}, without a system text. */
    LLAVA_15(
            "{% for m in messages %}{% if m.role == 'system' %}{{ m.content + ' ' }}{% else %}"
                    + "{{ m.role | upper + ': ' + m.content + ' ' }}{% endif %}{% endfor %}"
                    + "ASSISTANT:"),
    /** Vicuna v1: {@code SYSTEM USER: TEXT ASSISTANT: ANSWER</s>USER: ...}. */
    LLAVA_V1(
            system(Texts.HUMAN)
                    + "{{ system + ' ' }}{% for m in turns %}{{ m.role | upper + ': ' + m.content"
                    + " + (' ' if m.role == 'user' else '</s>') }}{% endfor %}ASSISTANT:"),
    /** {@code SYSTEM###Human: TEXT###Assistant:}. */
    LLAVA_V0(
            system(Texts.HUMAN)
                    + "{{ system + '###' }}{% for m in turns %}"
                    + "{{ ('Human' if m.role == 'user' else 'Assistant') + ': ' + m.content"
                    + " + '###' }}{% endfor %}Assistant:"),
    /** {@code [INST] <<SYS>>\nSYSTEM\n<</SYS>>\n\nTEXT [/INST]}. */
    LLAVA_LLAMA_2(
            system(
                            "You are a helpful language and vision assistant. You are able to"
                                    + " understand the visual content that the user provides, and"
                                    + " assist the user with a variety of tasks using natural"
                                    + " language.")
                    + Texts.instructions("<s>")),
    /** As {@link #LLAVA_LLAMA_2} without a system text of its own. */
    MISTRAL_INSTRUCT(system("") + Texts.instructions("")),
    /** {@code <|im_start|>user\nTEXT<|im_end|><|im_start|>assistant\n}. */
    CHATML_DIRECT(system("Answer the questions.") + Texts.CHATML),
    /** As {@link #CHATML_DIRECT} with another system text. */
    MPT(
            system(
                            "A conversation between a user and an LLM-based AI assistant. The"
                                    + " assistant gives helpful and honest answers.")
                    + Texts.CHATML);

    private final String source;

    FixedTemplate(String source) {
        this.source = source;
    }

    String source() {
        return source;
    }

    /**
     * The prompt of a checkpoint.
     *
     * @param modelType {@code model_type}; the original code's rule goes by the name otherwise
     */
    static FixedTemplate of(String modelType, String folderName) {
        String name = folderName.toLowerCase(Locale.ROOT);
        if (modelType.equals("llava")) {
            return LLAVA_15;
        } else if (name.contains("llama-2")) {
            return LLAVA_LLAMA_2;
        } else if (name.contains("mistral")) {
            return MISTRAL_INSTRUCT;
        } else if (name.contains("v1.6-34b")) {
            return CHATML_DIRECT;
        } else if (name.contains("v1")) {
            return LLAVA_V1;
        }
        return name.contains("mpt") ? MPT : LLAVA_V0;
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

        static final String CHATML =
                "{{ '<|im_start|>system\\n' + system + '<|im_end|>' }}{% for m in turns %}"
                        + "{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>' }}"
                        + "{% endfor %}{{ '<|im_start|>assistant\\n' }}";

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
