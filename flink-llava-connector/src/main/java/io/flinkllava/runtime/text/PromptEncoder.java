package io.flinkllava.runtime.text;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.Message;
import io.flinkllava.runtime.checkpoint.Checkpoint;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Messages and pictures become prompt ids: rendered by the checkpoint's chat template, tokenized as
 * {@code ProcessorMixin.apply_chat_template(tokenize=True)} of transformers does, and every image
 * token repeated once for each of its picture's features.
 *
 * <p>Immutable and thread-safe. Borrows the tokenizer.
 */
public final class PromptEncoder {

    private static final String DEFAULT_PLACEHOLDER = "<image>";

    /** Far more than any context holds, and within the limits that a template is rendered under. */
    private static final int MAX_CHARACTERS = 1 << 20;

    private final LlavaTokenizer tokenizer;
    private final ChatTemplate template;
    private final String placeholder;
    private final String beginOfSequence;
    private final int imageTokenId;

    /**
     * Checks the chat template and that the tokenizer knows the model's image token.
     *
     * @throws LlavaException with code {@link LlavaErrorCode#MODEL} if they do not fit together
     */
    public PromptEncoder(Checkpoint checkpoint, LlavaTokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.imageTokenId = checkpoint.config().imageTokenId();
        this.placeholder =
                checkpoint.specialTokens().getOrDefault("image_token", DEFAULT_PLACEHOLDER);
        this.beginOfSequence = checkpoint.specialTokens().getOrDefault("bos_token", "");
        int[] ids = tokenizer.encode(placeholder, false);
        if (ids.length != 1 || ids[0] != imageTokenId) {
            throw LlavaException.model(
                    checkpoint.tokenizerFile()
                            + " encodes "
                            + placeholder
                            + " as "
                            + Arrays.toString(ids)
                            + ", but the image token of config.json is "
                            + imageTokenId
                            + ": the two files belong to different models, or the image token was"
                            + " never added to the tokenizer");
        }
        this.template = new ChatTemplate(checkpoint, placeholder);
    }

    /**
     * Encodes a dialogue that ends with the user message to answer.
     *
     * @param imageTokens features of each picture, in the order in which the first user message
     *     refers to them
     * @return the ids; the image token's once per feature
     * @throws LlavaException with code {@link LlavaErrorCode#INPUT} if the messages are not fit to
     *     be asked, {@link LlavaErrorCode#MODEL} if the chat template drops or adds pictures
     */
    public int[] encode(List<Message> messages, List<Integer> imageTokens) {
        String prompt = render(messages, imageTokens.size());
        boolean alreadyBegun = !beginOfSequence.isEmpty() && prompt.startsWith(beginOfSequence);
        int[] ids = tokenizer.encode(prompt, !alreadyBegun);
        requirePlaceholders((int) Arrays.stream(ids).filter(this::isImage).count(), imageTokens);
        int features = imageTokens.stream().mapToInt(Integer::intValue).sum();
        int[] expanded = new int[ids.length - imageTokens.size() + features];
        int image = 0;
        int end = 0;
        for (int id : ids) {
            int times = isImage(id) ? imageTokens.get(image++) : 1;
            Arrays.fill(expanded, end, end + times, id);
            end += times;
        }
        return expanded;
    }

    /**
     * Renders a dialogue, with one placeholder for each picture.
     *
     * @throws LlavaException as {@link #encode}
     */
    public String render(List<Message> messages, int images) {
        requireQuestion(messages);
        requireRenderable(messages);
        for (Message message : messages) {
            if (message.content().contains(placeholder)) {
                throw LlavaException.input(
                        "A message contains "
                                + placeholder
                                + ", which stands for a picture in the prompt: leave it out, pictures"
                                + " are placed by themselves");
            }
        }
        return template.render(messages, images);
    }

    private static void requireQuestion(List<Message> messages) {
        if (messages.isEmpty()) {
            throw LlavaException.input("There is no message: ask a question");
        }
        Message last = messages.get(messages.size() - 1);
        if (last.role() != Message.Role.USER) {
            throw LlavaException.input(
                    "The last message is from the "
                            + last.role().name().toLowerCase(Locale.ROOT)
                            + ": it must be the user's question");
        }
        if (last.content().isBlank()) {
            throw LlavaException.input("The question is empty: ask something about the picture");
        }
    }

    private static void requireRenderable(List<Message> messages) {
        long characters = messages.stream().mapToLong(m -> m.content().length()).sum();
        if (characters > MAX_CHARACTERS) {
            throw LlavaException.input(
                    "The messages have "
                            + characters
                            + " characters, at most "
                            + MAX_CHARACTERS
                            + " can be asked: shorten them");
        }
    }

    private boolean isImage(int id) {
        return id == imageTokenId;
    }

    private void requirePlaceholders(int found, List<Integer> imageTokens) {
        if (found != imageTokens.size()) {
            throw LlavaException.model(
                    template.name()
                            + " made "
                            + found
                            + " "
                            + placeholder
                            + " of "
                            + imageTokens.size()
                            + " pictures");
        }
    }

    static int occurrences(String text, String wanted) {
        int count = 0;
        for (int i = text.indexOf(wanted); i >= 0; i = text.indexOf(wanted, i + wanted.length())) {
            count++;
        }
        return count;
    }
}
