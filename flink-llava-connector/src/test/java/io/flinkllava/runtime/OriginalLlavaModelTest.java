package io.flinkllava.runtime;

import io.flinkllava.testing.Golden;
import io.flinkllava.testing.GoldenRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Answers of checkpoints in the layout of the original LLaVA code, token for token: {@code
 * llava_v1}, a linear projector and a tower in a folder of its own; {@code llava_v1_mlp}, float16
 * with the tower inside; {@code llava_v16}, bfloat16 with tiles and a Mistral.
 */
class OriginalLlavaModelTest {

    private static final ModelOptions OPTIONS =
            ModelOptions.DEFAULT.withDevice(Device.CPU).withMaxSequenceLength(512);

    @ParameterizedTest
    @ValueSource(strings = {"llava_v1", "llava_v1_mlp", "llava_v16"})
    void answersOneByOne(String checkpoint) throws IOException {
        try (LlavaModel model =
                LlavaModel.open(Golden.checkpoint(checkpoint), OPTIONS.withMaxBatchSize(1))) {
            for (GoldenRequest golden : GoldenRequest.all(checkpoint)) {
                check(golden, model.submit(golden.request()).join());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llava_v1", "llava_v1_mlp", "llava_v16"})
    void answersAllAtOnce(String checkpoint) throws IOException {
        try (LlavaModel model = LlavaModel.open(Golden.checkpoint(checkpoint), OPTIONS)) {
            Map<GoldenRequest, CompletableFuture<LlavaAnswer>> answers = new LinkedHashMap<>();
            for (GoldenRequest golden : GoldenRequest.all(checkpoint)) {
                answers.put(golden, model.submit(golden.request()));
            }
            answers.forEach((golden, answer) -> check(golden, answer.join()));
        }
    }

    @Test
    void asksInAnotherStyleWhereTheOptionSaysSo() throws IOException {
        byte[] picture = Files.readAllBytes(Golden.image("img0.png"));
        int human = promptTokens("llava_v1", picture);

        assertThat(promptTokens("v1", picture)).isNotEqualTo(human);
        assertThat(promptTokens("plain", picture)).isLessThan(human);
    }

    @Test
    void picturesStandWhereTheMessagesSaySo() throws IOException {
        byte[] picture = Files.readAllBytes(Golden.image("img0.png"));
        try (LlavaModel model = LlavaModel.open(Golden.checkpoint("llava_v1"), OPTIONS)) {
            LlavaAnswer.Text inFront =
                    (LlavaAnswer.Text) model.submit(LlavaRequest.ask(picture, "What?")).join();
            LlavaAnswer.Text placed =
                    (LlavaAnswer.Text)
                            model.submit(LlavaRequest.ask(picture, "<image>\nWhat?")).join();
            assertThat(placed.tokenIds()).isEqualTo(inFront.tokenIds());
            assertThat(model.submit(LlavaRequest.ask(picture, "<image> or <image>?")).join())
                    .isInstanceOfSatisfying(
                            LlavaAnswer.Failure.class,
                            failure -> assertThat(failure.code()).isEqualTo(LlavaErrorCode.INPUT));
        }
    }

    private static int promptTokens(String conversation, byte[] picture) {
        ModelOptions options =
                OPTIONS.withCheckpoint(CheckpointOptions.DEFAULT.withConversation(conversation));
        LlavaRequest request =
                new LlavaRequest(
                        List.of(picture),
                        List.of(Message.user("What?")),
                        GenerationParameters.DEFAULT.withMaxNewTokens(1));
        try (LlavaModel model = LlavaModel.open(Golden.checkpoint("llava_v1"), options)) {
            return ((LlavaAnswer.Text) model.submit(request).join()).promptTokens();
        }
    }

    private static void check(GoldenRequest golden, LlavaAnswer answer) {
        assertThat(answer).as(golden.id()).isInstanceOf(LlavaAnswer.Text.class);
        LlavaAnswer.Text text = (LlavaAnswer.Text) answer;
        assertThat(text.promptTokens()).as(golden.id()).isEqualTo(golden.promptTokens());
        assertThat(golden.isDecidable()).as(golden.id()).isTrue();
        assertThat(text.tokenIds()).as(golden.id()).isEqualTo(golden.tokenIds());
        assertThat(text.text()).as(golden.id()).isEqualTo(golden.text());
    }
}
