package io.flinkllava.runtime.text;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.Message;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.PromptStyle.InPieces;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Messages become prompt ids: rendered by the checkpoint's chat template or conversation style, and
 * tokenized as {@code ProcessorMixin.apply_chat_template(tokenize=True)} of transformers or as the
 * original LLaVA code does. Where messages contain the placeholders themselves, pictures stand
 * there; else in front of the first user message.
 *
 * <p>Immutable and thread-safe. Borrows the tokenizer.
 */
public final class PromptEncoder {

    private static final String DEFAULT_IMAGE = "<image>";
    private static final String DEFAULT_VIDEO = "<video>";

    /** Far more than any context holds, and within the limits that a template is rendered under. */
    private static final int MAX_CHARACTERS = 1 << 20;

    private final ChatTemplate template;
    private final PromptTokenizer prompts;
    private final Placeholder image;
    private final Optional<Placeholder> video;
    private final EndOfTurn endOfTurn;

    /**
     * Checks the chat template and that the tokenizer knows the model's image and video tokens.
     *
     * @throws LlavaException with code {@link LlavaErrorCode#MODEL} if they do not fit together
     */
    public PromptEncoder(Checkpoint checkpoint, LlavaTokenizer tokenizer) {
        Map<String, String> tokens = checkpoint.specialTokens();
        if (checkpoint.promptStyle().tokenization() instanceof InPieces pieces) {
            // It is no token there, whatever the tokenizer's files say.
            this.image =
                    new Placeholder("image", DEFAULT_IMAGE, checkpoint.config().imageTokenId());
            this.video = Optional.empty();
            this.prompts =
                    new PromptPieces(checkpoint, tokenizer, pieces, image.text(), image.id());
        } else {
            this.image =
                    new Placeholder(
                            "image",
                            tokens.getOrDefault("image_token", DEFAULT_IMAGE),
                            checkpoint.config().imageTokenId());
            this.video =
                    checkpoint
                            .config()
                            .video()
                            .map(
                                    layout ->
                                            new Placeholder(
                                                    "video",
                                                    tokens.getOrDefault(
                                                            "video_token", DEFAULT_VIDEO),
                                                    layout.tokenId()));
            requireToken(checkpoint, tokenizer, image);
            video.ifPresent(placeholder -> requireToken(checkpoint, tokenizer, placeholder));
            this.prompts = new WholePrompt(tokenizer, tokens.getOrDefault("bos_token", ""));
        }
        this.template =
                new ChatTemplate(
                        checkpoint,
                        image.text(),
                        video.map(Placeholder::text).orElse(DEFAULT_VIDEO));
        this.endOfTurn = endOfTurn(checkpoint, tokenizer);
    }

    private static void requireToken(
            Checkpoint checkpoint, LlavaTokenizer tokenizer, Placeholder placeholder) {
        int[] ids = tokenizer.encode(placeholder.text(), false);
        if (ids.length != 1 || ids[0] != placeholder.id()) {
            throw LlavaException.model(
                    checkpoint.tokenizerFile()
                            + " encodes "
                            + placeholder.text()
                            + " as "
                            + Arrays.toString(ids)
                            + ", but the "
                            + placeholder.kind()
                            + " token of config.json is "
                            + placeholder.id()
                            + ": the two files belong to different models, or the "
                            + placeholder.kind()
                            + " token was never added to the tokenizer");
        }
    }

    private static EndOfTurn endOfTurn(Checkpoint checkpoint, LlavaTokenizer tokenizer) {
        if (checkpoint.chatTemplate().isPresent()) {
            return EndOfTurn.AS_CHECKPOINT;
        }
        String style = checkpoint.promptStyle().conversation();
        return EndOfTurn.of(FixedTemplate.named(style).endOfTurn(), tokenizer);
    }

    /** What ends an answer to such a prompt, beside the ids that the checkpoint names. */
    public EndOfTurn endOfTurn() {
        return endOfTurn;
    }

    /**
     * Encodes a dialogue that ends with the user message to answer.
     *
     * @param images how many pictures, in the order in which the messages refer to them
     * @param videos how many videos, likewise
     * @return the ids, with one placeholder for each picture and video
     * @throws LlavaException with code {@link LlavaErrorCode#INPUT} if the messages are not fit to
     *     be asked, {@link LlavaErrorCode#MODEL} if the chat template drops or adds pictures
     */
    public EncodedPrompt encode(List<Message> messages, int images, int videos) {
        int[] ids = prompts.encode(render(messages, images, videos));
        requirePlaceholders(ids, image, images);
        video.ifPresent(placeholder -> requirePlaceholders(ids, placeholder, videos));
        return new EncodedPrompt(
                ids,
                image.id(),
                video.isPresent() ? OptionalInt.of(video.get().id()) : OptionalInt.empty());
    }

    /**
     * Renders a dialogue, with one placeholder for each picture and video.
     *
     * @throws LlavaException as {@link #encode}
     */
    public String render(List<Message> messages, int images, int videos) {
        requireQuestion(messages);
        requireRenderable(messages);
        int imagesInFront = inFront(messages, image, images);
        int videosInFront =
                video.map(placeholder -> inFront(messages, placeholder, videos)).orElse(videos);
        return template.render(messages, imagesInFront, videosInFront);
    }

    /** How many the messages do not place themselves: none or all. */
    private static int inFront(List<Message> messages, Placeholder placeholder, int count) {
        int placed = 0;
        for (Message message : messages) {
            int found = occurrences(message.content(), placeholder.text());
            if (found > 0 && message.role() != Message.Role.USER) {
                throw LlavaException.input(
                        "A message of the "
                                + message.role().name().toLowerCase(Locale.ROOT)
                                + " contains "
                                + placeholder.text()
                                + ", which stands for a "
                                + placeholder.noun()
                                + ": only messages of the user show any");
            }
            placed += found;
        }
        if (placed != 0 && placed != count) {
            throw LlavaException.input(
                    "The messages contain "
                            + placeholder.text()
                            + " "
                            + placed
                            + " times, and the request has "
                            + count
                            + " "
                            + placeholder.noun()
                            + (count == 1 ? "" : "s")
                            + ": write it once for each, or leave it out and they stand in front");
        }
        return placed == 0 ? count : 0;
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

    private void requirePlaceholders(int[] ids, Placeholder placeholder, int wanted) {
        long found = Arrays.stream(ids).filter(id -> id == placeholder.id()).count();
        if (found != wanted) {
            throw LlavaException.model(
                    template.name()
                            + " made "
                            + found
                            + " "
                            + placeholder.text()
                            + " of "
                            + wanted
                            + " "
                            + placeholder.noun()
                            + "s");
        }
    }

    static int occurrences(String text, String wanted) {
        int count = 0;
        for (int i = text.indexOf(wanted); i >= 0; i = text.indexOf(wanted, i + wanted.length())) {
            count++;
        }
        return count;
    }

    /** What stands for a picture or a video in a prompt. */
    private record Placeholder(String kind, String text, int id) {

        String noun() {
            return kind.equals("image") ? "picture" : kind;
        }
    }
}
