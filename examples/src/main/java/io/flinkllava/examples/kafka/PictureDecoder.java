package io.flinkllava.examples.kafka;

import org.apache.flink.formats.avro.typeutils.AvroTypeInfo;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

import io.flinkllava.examples.kafka.avro.Picture;
import io.flinkllava.flink.avro.AnswerRecords;
import io.flinkllava.flink.avro.DeadLetterRecord;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Records become pictures; those that are none, dead letters with what they are. */
final class PictureDecoder extends ProcessFunction<Arrival, Picture> {

    static final OutputTag<DeadLetterRecord> NO_PICTURES =
            new OutputTag<>("no-pictures", new AvroTypeInfo<>(DeadLetterRecord.class));

    private static final long serialVersionUID = 1L;

    @Override
    public void processElement(Arrival arrival, Context context, Collector<Picture> pictures) {
        Picture picture;
        try {
            picture = CaptionTopics.read(arrival.value(), new Picture());
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            // Bytes that mean something else may ask for any number of bytes.
            context.output(NO_PICTURES, undecoded(arrival, e));
            return;
        }
        pictures.collect(picture);
    }

    static DeadLetterRecord undecoded(Arrival arrival, Throwable problem) {
        return DeadLetterRecord.newBuilder()
                .setId(arrival.place())
                .setUnread(ByteBuffer.wrap(arrival.value()))
                .setFailure(
                        AnswerRecords.toRecord(
                                new LlavaAnswer.Failure(
                                        LlavaErrorCode.INPUT,
                                        "The record is no Avro Picture (" + problem + ")")))
                .setAttempts(0)
                .build();
    }
}
