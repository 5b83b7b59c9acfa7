package io.flinkllava.examples.kafka;

import io.flinkllava.examples.kafka.avro.Picture;
import io.flinkllava.flink.avro.DeadLetterRecord;
import io.flinkllava.flink.avro.RequestRecords;
import io.flinkllava.operators.DeadLetter;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaRequest;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

class CaptionsTest {

    @Test
    void aDeadLetterCanBeAskedAgain() throws IOException {
        Picture sent =
                Picture.newBuilder()
                        .setId("a")
                        .setContent(ByteBuffer.wrap(new byte[] {1, 2}))
                        .setPrompt("What is it?")
                        .build();
        Picture named = Picture.newBuilder().setId("b").setUri("/b.png").build();

        assertThat(asked(letter(sent)))
                .usingRecursiveComparison()
                .isEqualTo(LlavaRequest.ask(new byte[] {1, 2}, "What is it?"));
        assertThat(asked(letter(named)))
                .usingRecursiveComparison()
                .isEqualTo(LlavaRequest.ask("/b.png".getBytes(UTF_8), "Describe the image."));
    }

    @Test
    void aDeadLetterSaysWhoseItIsAndWhy() throws IOException {
        DeadLetterRecord letter = letter(Picture.newBuilder().setId("c").build());
        assertThat(letter.getId()).isEqualTo("c");
        assertThat(letter.getRequest()).as("of no picture at all").isNull();
        assertThat(letter.getFailure().getMessage()).isEqualTo("Broken.");
        assertThat(letter.getAttempts()).isEqualTo(2);
        assertThat(letter.getModel()).isEqualTo("tiny");
    }

    @Test
    void whatIsNoPictureIsKeptAsItCame() throws IOException {
        byte[] came = "no Avro".getBytes(UTF_8);
        DeadLetterRecord letter =
                back(
                        PictureDecoder.undecoded(
                                new Arrival("pictures-0@7", came), new IOException("odd")));
        assertThat(letter.getId()).isEqualTo("pictures-0@7");
        assertThat(letter.getUnread()).isEqualTo(ByteBuffer.wrap(came));
        assertThat(letter.getRequest()).isNull();
        assertThat(letter.getAttempts()).isZero();
        assertThat(letter.getFailure().getMessage()).contains("no Avro Picture", "odd");
    }

    private static DeadLetterRecord letter(Picture picture) throws IOException {
        return back(
                Captions.of(
                        new DeadLetter<>(
                                picture,
                                LlavaErrorCode.INPUT,
                                "Broken.",
                                2,
                                9,
                                "tiny",
                                "00ff",
                                null)));
    }

    /** Over the topic. */
    private static DeadLetterRecord back(DeadLetterRecord letter) throws IOException {
        return CaptionTopics.read(CaptionTopics.bytes(letter), new DeadLetterRecord());
    }

    private static LlavaRequest asked(DeadLetterRecord letter) {
        return RequestRecords.toRequest(letter.getRequest(), uri -> uri.getBytes(UTF_8));
    }
}
