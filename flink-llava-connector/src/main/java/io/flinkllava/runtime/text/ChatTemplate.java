package io.flinkllava.runtime.text;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.Message;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.text.jinja.JinjaException;
import io.flinkllava.runtime.text.jinja.JinjaTemplate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Messages become the text that the model continues.
 *
 * <p>Templates of processors want a message's content as a list of parts of type image and text,
 * templates of text tokenizers as one string. transformers leaves the choice to its caller; here a
 * template is asked once, when it is loaded: it gets a message with an image and a text part, and
 * if it does not render exactly that picture and that text, it gets the same as a string that
 * starts with {@code <image>\n}. A template that serves neither is refused with the folder.
 *
 * <p>Immutable and thread-safe.
 */
final class ChatTemplate {

    private static final String PROBE = "Probe of the chat template";

    private final String name;
    private final String placeholder;
    private final String videoPlaceholder;
    private final JinjaTemplate template;
    private final Map<String, Object> constants;
    private final boolean wantsParts;

    /**
     * Parses the template of a checkpoint and finds out what it wants.
     *
     * @param placeholder text of the image token
     * @param videoPlaceholder text of the video token
     * @throws LlavaException with code {@link LlavaErrorCode#MODEL} if it does not render
     */
    ChatTemplate(Checkpoint checkpoint, String placeholder, String videoPlaceholder) {
        this.name = name(checkpoint);
        this.placeholder = placeholder;
        this.videoPlaceholder = videoPlaceholder;
        this.constants = constants(checkpoint);
        try {
            this.template = JinjaTemplate.parse(source(checkpoint));
        } catch (JinjaException e) {
            throw broken(e);
        }
        this.wantsParts = wantsParts();
    }

    private static String name(Checkpoint checkpoint) {
        return (checkpoint.chatTemplate().isPresent()
                        ? "The chat template of "
                        : "The conversation style "
                                + checkpoint.promptStyle().conversation()
                                + " of ")
                + checkpoint.folder();
    }

    private static String source(Checkpoint checkpoint) {
        return checkpoint
                .chatTemplate()
                .orElseGet(
                        () ->
                                FixedTemplate.named(checkpoint.promptStyle().conversation())
                                        .source());
    }

    private static Map<String, Object> constants(Checkpoint checkpoint) {
        Map<String, Object> constants = new HashMap<>(checkpoint.specialTokens());
        constants.put("tools", null);
        constants.put("documents", null);
        constants.put("add_generation_prompt", true);
        return constants;
    }

    /** How messages name the template and the folder it belongs to. */
    String name() {
        return name;
    }

    private boolean wantsParts() {
        List<Message> probe = List.of(Message.user(PROBE));
        JinjaException refusal;
        try {
            if (shows(render(probe, 1, 0, true))) {
                return true;
            }
            refusal = null;
        } catch (JinjaException e) {
            refusal = e;
        }
        try {
            if (shows(render(probe, 1, 0, false))) {
                return false;
            }
        } catch (JinjaException e) {
            throw broken(refusal == null ? e : refusal);
        }
        throw LlavaException.model(
                name
                        + " does not render a message with one picture: "
                        + placeholder
                        + " or the text is missing in what it makes. It may belong to another"
                        + " model; get chat_template.jinja from the model's repository.");
    }

    /** Once the picture and once the text, and no printed form of the parts around it. */
    private boolean shows(String prompt) {
        return PromptEncoder.occurrences(prompt, placeholder) == 1
                && PromptEncoder.occurrences(prompt, PROBE) == 1
                && !prompt.contains("'text': '" + PROBE);
    }

    /**
     * Renders messages.
     *
     * @param images pictures in front of the first user message
     * @param videos videos behind those
     * @throws LlavaException with code {@link LlavaErrorCode#INPUT} if the template refuses the
     *     messages by {@code raise_exception}, {@link LlavaErrorCode#MODEL} if it fails
     */
    String render(List<Message> messages, int images, int videos) {
        try {
            return render(messages, images, videos, wantsParts);
        } catch (JinjaException.Raised e) {
            throw new LlavaException(
                    LlavaErrorCode.INPUT, name + " refuses these messages: " + e.getMessage(), e);
        } catch (JinjaException e) {
            throw broken(e);
        }
    }

    private LlavaException broken(JinjaException e) {
        return new LlavaException(
                LlavaErrorCode.MODEL,
                name
                        + " cannot be rendered: "
                        + e.getMessage()
                        + ". Get it again from the model's repository, or simplify it.",
                e);
    }

    private String render(List<Message> messages, int images, int videos, boolean parts) {
        List<Object> turns = new ArrayList<>();
        boolean shown = false;
        for (Message message : messages) {
            boolean shows = !shown && message.role() == Message.Role.USER;
            shown |= shows;
            Map<String, Object> turn = new HashMap<>();
            turn.put("role", message.role().name().toLowerCase(Locale.ROOT));
            turn.put(
                    "content",
                    parts
                            ? parts(message, shows ? images : 0, shows ? videos : 0)
                            : text(message, shows ? images : 0, shows ? videos : 0));
            turns.add(turn);
        }
        Map<String, Object> variables = new HashMap<>(constants);
        variables.put("messages", turns);
        return template.render(variables);
    }

    private static List<Object> parts(Message message, int images, int videos) {
        List<Object> parts = new ArrayList<>();
        parts.addAll(Collections.nCopies(images, Map.of("type", "image")));
        parts.addAll(Collections.nCopies(videos, Map.of("type", "video")));
        parts.add(Map.of("type", "text", "text", message.content()));
        return parts;
    }

    private String text(Message message, int images, int videos) {
        return (placeholder + "\n").repeat(images)
                + (videoPlaceholder + "\n").repeat(videos)
                + message.content();
    }
}
