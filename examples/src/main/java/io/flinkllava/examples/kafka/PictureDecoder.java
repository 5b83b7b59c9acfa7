package io.flinkllava.examples.kafka;

import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

import io.flinkllava.examples.kafka.avro.DeadLetter;
import io.flinkllava.examples.kafka.avro.Picture;
import io.flinkllava.runtime.LlavaErrorCode;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Records become pictures; those that are none, dead letters with what they are. */
final class PictureDecoder extends ProcessFunction<Arrival, Picture> {

    private static final long serialVersionUID = 1L;

    @Override
    public void processElement(Arrival arrival, Context context, Collector<Picture> pictures) {
        Picture picture;
        try {
            picture = CaptionTopics.read(arrival.value(), new Picture());
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            // Bytes that mean something else may ask for any number of bytes.
            context.output(Captions.DEAD_LETTERS, undecoded(arrival, e));
            return;
        }
        pictures.collect(picture);
    }

    private static DeadLetter undecoded(Arrival arrival, Throwable problem) {
        return new DeadLetter(
                Picture.newBuilder()
                        .setId(arrival.place())
                        .setContent(ByteBuffer.wrap(arrival.value()))
                        .build(),
                LlavaErrorCode.INPUT.name(),
                "The record is no Avro Picture (" + problem + "); its content here is all of it");
    }
}
