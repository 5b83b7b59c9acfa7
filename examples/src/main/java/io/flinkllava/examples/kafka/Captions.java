package io.flinkllava.examples.kafka;

import org.apache.flink.formats.avro.typeutils.AvroTypeInfo;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

import io.flinkllava.examples.kafka.avro.Caption;
import io.flinkllava.examples.kafka.avro.DeadLetter;
import io.flinkllava.examples.kafka.avro.Picture;
import io.flinkllava.operators.LlavaResult;
import io.flinkllava.runtime.LlavaAnswer;

/** Results become captions, or dead letters on the side. */
final class Captions extends ProcessFunction<LlavaResult<Picture>, Caption> {

    static final OutputTag<DeadLetter> DEAD_LETTERS =
            new OutputTag<>("dead-letters", new AvroTypeInfo<>(DeadLetter.class));

    private static final long serialVersionUID = 1L;

    @Override
    public void processElement(
            LlavaResult<Picture> result, Context context, Collector<Caption> out) {
        Picture picture = result.input();
        if (result.answer() instanceof LlavaAnswer.Text text) {
            out.collect(
                    Caption.newBuilder()
                            .setId(picture.getId())
                            .setCaption(text.text().strip())
                            .setModel(result.model())
                            .setTokens(text.completionTokens())
                            .setFinished(text.finishReason() == LlavaAnswer.FinishReason.STOP)
                            .build());
        } else {
            LlavaAnswer.Failure failure = result.failure();
            context.output(
                    DEAD_LETTERS,
                    new DeadLetter(picture, failure.code().name(), failure.message()));
        }
    }
}
