package io.flinkllava.examples.batch;

import org.apache.flink.types.PojoTestUtils;

import io.flinkllava.examples.requests.RequestRow;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class AnswerFormatTest {

    @Test
    void writesAnAnswer() {
        LlavaAnswer answer =
                new LlavaAnswer.Text(
                        "고양이 \"A\"\n\uFFFD",
                        List.of(5, 2),
                        40,
                        LlavaAnswer.FinishReason.STOP,
                        LlavaAnswer.Timing.NONE);

        assertThat(AnswerFormat.line(row("\"a\""), answer))
                .isEqualTo(
                        "{\"id\":\"a\",\"answer\":\"고양이 \\\"A\\\"\\n\uFFFD\",\"token_ids\":[5,2],"
                                + "\"prompt_tokens\":40,\"completion_tokens\":2,"
                                + "\"finish_reason\":\"stop\",\"error\":null}");
    }

    @Test
    void writesProbabilitiesChoicesAndCandidatesWhereAskedFor() {
        LlavaAnswer answer =
                new LlavaAnswer.Text(
                        "a",
                        List.of(5, 2),
                        40,
                        LlavaAnswer.FinishReason.STOP,
                        -0.5,
                        List.of(new LlavaAnswer.Choice("a", 0.75)),
                        List.of(
                                new LlavaAnswer.Candidate(
                                        "b",
                                        List.of(6),
                                        LlavaAnswer.FinishReason.LENGTH,
                                        LlavaAnswer.Text.NOT_ASKED)),
                        LlavaAnswer.Timing.NONE);

        assertThat(AnswerFormat.line(row("1"), answer))
                .endsWith(
                        "\"finish_reason\":\"stop\",\"log_probability\":-0.5,"
                                + "\"choices\":[{\"text\":\"a\",\"probability\":0.75}],"
                                + "\"candidates\":[{\"answer\":\"b\",\"token_ids\":[6],"
                                + "\"finish_reason\":\"length\"}],\"error\":null}");
    }

    @Test
    void writesAFailureWithTheSameKeys() {
        LlavaAnswer failure = new LlavaAnswer.Failure(LlavaErrorCode.INPUT, "line 3: bad");

        assertThat(AnswerFormat.line(row("null"), failure))
                .isEqualTo(
                        "{\"id\":null,\"answer\":null,\"token_ids\":null,\"prompt_tokens\":null,"
                                + "\"completion_tokens\":null,\"finish_reason\":null,"
                                + "\"error\":{\"code\":\"INPUT\",\"message\":\"line 3: bad\"}}");
    }

    @Test
    void namesThePicturesOfAFailure() {
        RequestRow row = row("1", "a.png", "sub/b.png");

        assertThat(AnswerFormat.line(row, new LlavaAnswer.Failure(LlavaErrorCode.INPUT, "broken")))
                .contains("\"message\":\"broken [a.png, sub/b.png]\"");
        assertThat(
                        AnswerFormat.line(
                                row, new LlavaAnswer.Failure(LlavaErrorCode.INPUT, "no a.png")))
                .contains("\"message\":\"no a.png\"");
    }

    @Test
    void namesTheFirstFramesOfAVideo() {
        List<String> frames = List.of("f0.png", "f1.png", "f2.png", "f3.png", "f4.png");
        RequestRow row = new RequestRow(0, "1", List.of("a.png"), frames, List.of(), List.of(), "", "", "");

        assertThat(AnswerFormat.line(row, new LlavaAnswer.Failure(LlavaErrorCode.INPUT, "broken")))
                .contains("\"message\":\"broken [a.png, f0.png, f1.png, f2.png] and 2 more\"");
        assertThat(
                        AnswerFormat.line(
                                row, new LlavaAnswer.Failure(LlavaErrorCode.INPUT, "no f4.png")))
                .contains("\"message\":\"no f4.png\"");
    }

    private static RequestRow row(String id, String... images) {
        return new RequestRow(0, id, List.of(images), List.of(), List.of(), List.of(), "", "", "");
    }

    @Test
    void rowsNeedNoGenericSerializer() {
        PojoTestUtils.assertSerializedAsPojoWithoutKryo(AnswerRow.class);
    }
}
