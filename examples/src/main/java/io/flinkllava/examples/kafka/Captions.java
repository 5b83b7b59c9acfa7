package io.flinkllava.examples.kafka;

import io.flinkllava.examples.kafka.avro.Caption;
import io.flinkllava.examples.kafka.avro.Picture;
import io.flinkllava.flink.avro.DeadLetterRecord;
import io.flinkllava.flink.avro.PictureRecord;
import io.flinkllava.flink.avro.RequestRecord;
import io.flinkllava.flink.avro.RoleRecord;
import io.flinkllava.flink.avro.TurnRecord;
import io.flinkllava.operators.DeadLetter;
import io.flinkllava.operators.LlavaResult;
import io.flinkllava.runtime.LlavaAnswer;

import java.util.List;

/** Pictures as the job asks about them, and what becomes of them as records of topics. */
final class Captions {

    private static final String CAPTION = "Describe the image.";

    private Captions() {}

    static String prompt(Picture picture) {
        return picture.getPrompt() == null ? CAPTION : picture.getPrompt();
    }

    static Caption of(LlavaResult<Picture> result) {
        LlavaAnswer.Text text = result.generated();
        return Caption.newBuilder()
                .setId(result.input().getId())
                .setCaption(text.text().strip())
                .setModel(result.model())
                .setTokens(text.completionTokens())
                .setFinished(text.finishReason() == LlavaAnswer.FinishReason.STOP)
                .build();
    }

    static DeadLetterRecord of(DeadLetter<Picture> letter) {
        return letter.toRecord(letter.input().getId(), request(letter.input()));
    }

    private static RequestRecord request(Picture picture) {
        if (picture.getContent() == null && picture.getUri() == null) {
            return null;
        }
        PictureRecord asked =
                picture.getContent() == null
                        ? new PictureRecord(picture.getUri(), null)
                        : new PictureRecord(null, picture.getContent());
        return RequestRecord.newBuilder()
                .setImages(List.of(asked))
                .setTurns(List.of(new TurnRecord(RoleRecord.USER, prompt(picture))))
                .build();
    }
}
