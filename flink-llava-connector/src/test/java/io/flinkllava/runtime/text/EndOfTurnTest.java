package io.flinkllava.runtime.text;

import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.PromptStyle;
import io.flinkllava.runtime.checkpoint.PromptStyle.InPieces;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class EndOfTurnTest {

    private static final int EOS = 2;

    @ParameterizedTest
    @ValueSource(
            strings = {"llava_15", "llava_v1", "v1", "llava_llama_2", "mistral_instruct", "plain"})
    void isASpecialTokenWhereTheTokenizerHasOne(String conversation) {
        EndOfTurn end = of(conversation, "llava_v1_mlp");

        assertThat(end.tokenIds()).containsExactly(EOS);
        assertThat(end.stopStrings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"chatml_direct", "mpt", "qwen_2"})
    void isTheTokenThatSeparatesTurnsInChatml(String conversation) {
        try (LlavaTokenizer tokenizer = tokenizer("onevision")) {
            assertThat(of(conversation, "onevision").tokenIds())
                    .containsExactly(tokenizer.encode("<|im_end|>", false)[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v0", "llava_v0"})
    void isATextWhereThereIsNoToken(String conversation) {
        EndOfTurn end = of(conversation, "llava_v1_mlp");

        assertThat(end.tokenIds()).isEmpty();
        assertThat(end.stopStrings()).containsExactly("###");
    }

    @Test
    void cutsTheTextThatEndedAnAnswer() {
        EndOfTurn end = of("v0", "llava_v1_mlp");

        assertThat(end.cut("A cat.\n###")).isEqualTo("A cat.\n");
        assertThat(end.cut("A cat.####")).isEqualTo("A cat.");
        assertThat(end.cut("Number #1 and ##")).isEqualTo("Number #1 and ##");
    }

    @Test
    void isLeftToTheFilesWhereThereIsAChatTemplate() {
        Checkpoint checkpoint = TextFixtures.llava15("{{ messages[0].content }}");
        try (LlavaTokenizer tokenizer = tokenizer("llava15")) {
            EndOfTurn end = new PromptEncoder(checkpoint, tokenizer).endOfTurn();

            assertThat(end.tokenIds()).isEmpty();
            assertThat(end.cut("###")).isEqualTo("###");
        }
    }

    private static EndOfTurn of(String conversation, String tokenizerOf) {
        PromptStyle style = new PromptStyle(conversation, new InPieces("", ""));
        try (LlavaTokenizer tokenizer = tokenizer(tokenizerOf)) {
            return new PromptEncoder(TextFixtures.styled(style, -200), tokenizer).endOfTurn();
        }
    }

    private static LlavaTokenizer tokenizer(String checkpoint) {
        return LlavaTokenizer.open(TextFixtures.tokenizerJson(checkpoint));
    }
}
