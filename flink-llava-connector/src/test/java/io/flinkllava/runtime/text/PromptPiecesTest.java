package io.flinkllava.runtime.text;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.Message;
import io.flinkllava.runtime.checkpoint.PromptStyle;
import io.flinkllava.runtime.checkpoint.PromptStyle.InPieces;
import io.flinkllava.runtime.checkpoint.PromptStyle.Tokenization;
import io.flinkllava.runtime.checkpoint.PromptStyle.Whole;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Ids as {@code tokenizer_image_token} of the original LLaVA code makes them. */
class PromptPiecesTest {

    private static final int IMAGE = -200;
    private static final InPieces PLAIN = new InPieces("", "");

    /** Begins every text with {@code <s>} and a space. */
    private static LlavaTokenizer llama;

    /** Begins no text with anything, and knows {@code <|im_end|>}. */
    private static LlavaTokenizer qwen;

    @BeforeAll
    static void open() {
        llama = LlavaTokenizer.open(TextFixtures.tokenizerJson("llava_v1_mlp"));
        qwen = LlavaTokenizer.open(TextFixtures.tokenizerJson("onevision"));
    }

    @AfterAll
    static void close() {
        llama.close();
        qwen.close();
    }

    @Test
    void beginsEveryPieceAsATextButTheSequenceOnce() {
        int[] ids = encode(llama, PLAIN, "USER: <image>\nWhat?");

        assertThat(ids)
                .containsExactly(joined(llama.encode("USER: ", true), image(), piece("\nWhat?")));
        assertThat(ids[0]).isEqualTo(1);
        assertThat(piece("What?")).isNotEqualTo(llama.encode("xWhat?", true));
    }

    @Test
    void takesPicturesAnywhereAndBesideEachOther() {
        assertThat(encode(llama, PLAIN, "<image><image>\nAnd <image>"))
                .containsExactly(joined(new int[] {1}, image(), image(), piece("\nAnd "), image()));
    }

    @Test
    void leavesATextWithoutPicturesAlone() {
        assertThat(encode(llama, PLAIN, "What?")).containsExactly(llama.encode("What?", true));
    }

    @Test
    void takesNothingFromATokenizerThatAddsNothing() {
        assertThat(encode(qwen, PLAIN, "one <image>\ntwo"))
                .containsExactly(
                        joined(qwen.encode("one ", false), image(), qwen.encode("\ntwo", false)));
    }

    @Test
    void marksPictures() {
        // Any two tokens of this tokenizer serve as marks.
        assertThat(encode(llama, new InPieces("</s>", "<unk>"), "a <image>\n<image> b"))
                .containsExactly(
                        joined(
                                llama.encode("a </s>", true),
                                image(),
                                piece("<unk>\n</s>"),
                                image(),
                                piece("<unk> b")));
    }

    @Test
    void refusesATokenizerThatDoesNotKnowTheMarks() {
        assertThatThrownBy(() -> encode(llama, new InPieces("<im_start>", "<im_end>"), "a"))
                .isInstanceOfSatisfying(
                        LlavaException.class,
                        e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.MODEL))
                .hasMessageContaining("tokenizer.json has no token <im_start>")
                .hasMessageContaining("mm_use_im_start_end");
    }

    @Test
    void expandsThePlaceholderThatIsNoToken() {
        int[] ids =
                encoder(llama, "llava_v1", PLAIN)
                        .encode(List.of(Message.user("What?")), 2, 0)
                        .expand(List.of(2, 3));

        assertThat(Arrays.stream(ids).filter(id -> id == IMAGE)).hasSize(5);
        assertThat(ids[0]).isEqualTo(1);
    }

    @Test
    void namesTheKnownStylesWhereOneIsUnknown() {
        assertThatThrownBy(() -> encoder(llama, "v2", PLAIN))
                .isInstanceOf(LlavaException.class)
                .hasMessageContaining("conversation is 'v2', it must be one of chatml_direct");
    }

    @Test
    void servesHuggingFaceFoldersWithoutAChatTemplate() {
        try (LlavaTokenizer tokenizer =
                LlavaTokenizer.open(TextFixtures.tokenizerJson("llava15"))) {
            PromptEncoder encoder =
                    new PromptEncoder(
                            TextFixtures.styled(
                                    new PromptStyle("llava_15", new Whole()),
                                    TextFixtures.LLAVA15_IMAGE_TOKEN),
                            tokenizer);
            assertThat(encoder.render(List.of(Message.user("What?")), 1, 0))
                    .isEqualTo("USER: <image>\nWhat? ASSISTANT:");
            assertThat(encoder.encode(List.of(Message.user("What?")), 1, 0).ids())
                    .containsExactly(tokenizer.encode("USER: <image>\nWhat? ASSISTANT:", true));
        }
    }

    private static int[] encode(LlavaTokenizer tokenizer, InPieces style, String prompt) {
        return new PromptPieces(TextFixtures.llava15(null), tokenizer, style, "<image>", IMAGE)
                .encode(prompt);
    }

    private static PromptEncoder encoder(
            LlavaTokenizer tokenizer, String conversation, Tokenization tokenization) {
        return new PromptEncoder(
                TextFixtures.styled(new PromptStyle(conversation, tokenization), IMAGE), tokenizer);
    }

    private static int[] image() {
        return new int[] {IMAGE};
    }

    private static int[] piece(String text) {
        int[] ids = llama.encode(text, true);
        return Arrays.copyOfRange(ids, 1, ids.length);
    }

    private static int[] joined(int[]... parts) {
        return Arrays.stream(parts).flatMapToInt(IntStream::of).toArray();
    }
}
