package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.TwoInputStreamOperatorTestHarness;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ModelStampTest {

    @Test
    void newestModelAnswersWhatArrives() throws Exception {
        try (Stamp stamp = new Stamp(ModelChangeMode.ARRIVAL, null)) {
            stamp.send(1);
            stamp.announce("/b", 100);
            stamp.send(2);
            stamp.announce("/c", 50);
            stamp.send(3);
            assertThat(stamp.output()).containsExactly("1", "2/b", "3/c");
        }
    }

    @Test
    void controlStreamHoldsNothingBackByArrival() throws Exception {
        try (Stamp stamp = new Stamp(ModelChangeMode.ARRIVAL, null)) {
            stamp.send(1);
            stamp.flink.processWatermark1(new Watermark(1));
            assertThat(stamp.output()).containsExactly("1", "W1");
        }
    }

    @Test
    void recordsWaitForTheControlStreamsTime() throws Exception {
        try (Stamp stamp = new Stamp(ModelChangeMode.EVENT_TIME, null)) {
            stamp.send(5);
            stamp.send(15);
            stamp.flink.processWatermark1(new Watermark(15));
            assertThat(stamp.output()).isEmpty();

            stamp.announce("/b", 10);
            stamp.flink.processWatermark2(new Watermark(10));
            assertThat(stamp.output()).containsExactly("5");

            stamp.flink.processWatermark2(new Watermark(20));
            assertThat(stamp.output()).containsExactly("5", "15/b", "W15");
            stamp.send(18);
            assertThat(stamp.output()).endsWith("18/b");
        }
    }

    @Test
    void recordsDoNotPassOneAnother() throws Exception {
        try (Stamp stamp = new Stamp(ModelChangeMode.EVENT_TIME, null)) {
            stamp.send(20);
            stamp.send(5);
            stamp.flink.processWatermark1(new Watermark(8));
            stamp.flink.processWatermarkStatus1(WatermarkStatus.IDLE);
            stamp.flink.processWatermark2(new Watermark(10));
            stamp.send(3);
            assertThat(stamp.output()).isEmpty();
            stamp.flink.processWatermark2(new Watermark(20));
            assertThat(stamp.output()).containsExactly("20", "5", "W8", "WatermarkStatus", "3");
        }
    }

    @Test
    void watermarkGoesAsFarAsItMay() throws Exception {
        try (Stamp stamp = new Stamp(ModelChangeMode.EVENT_TIME, null)) {
            stamp.flink.processWatermark1(new Watermark(15));
            stamp.flink.processWatermark2(new Watermark(10));
            assertThat(stamp.output()).containsExactly("W10");
            stamp.flink.processWatermark2(new Watermark(20));
            assertThat(stamp.output()).containsExactly("W10", "W15");
        }
    }

    @Test
    void idleControlStreamHoldsNothingBack() throws Exception {
        try (Stamp stamp = new Stamp(ModelChangeMode.EVENT_TIME, null)) {
            stamp.send(5);
            stamp.flink.processWatermark1(new Watermark(5));
            stamp.flink.processWatermarkStatus2(WatermarkStatus.IDLE);
            assertThat(stamp.output()).containsExactly("5", "W5");
        }
    }

    @Test
    void waitingRecordsAndModelsSurviveARestore() throws Exception {
        OperatorSubtaskState state;
        try (Stamp stamp = new Stamp(ModelChangeMode.EVENT_TIME, null)) {
            stamp.announce("/b", 10);
            stamp.send(5);
            stamp.send(15);
            state = stamp.flink.snapshot(1, 1);
        }
        try (Stamp stamp = new Stamp(ModelChangeMode.EVENT_TIME, state)) {
            stamp.flink.processWatermark2(Watermark.MAX_WATERMARK);
            assertThat(stamp.output()).containsExactly("5", "15/b");
        }
    }

    @Test
    void eventTimeNeedsTimestamps() throws Exception {
        try (Stamp stamp = new Stamp(ModelChangeMode.EVENT_TIME, null)) {
            assertThatThrownBy(
                            () -> stamp.flink.processElement1(new StreamRecord<>(Photo.number(1))))
                    .hasMessageContaining("WatermarkStrategy");
        }
    }

    /** The step in front of the one that asks. */
    private static final class Stamp implements AutoCloseable {
        final TwoInputStreamOperatorTestHarness<Photo, ModelVersion, Question<Photo>> flink;

        Stamp(ModelChangeMode mode, OperatorSubtaskState state) throws Exception {
            flink =
                    new TwoInputStreamOperatorTestHarness<>(
                            new ModelStamp<>(mode, photo -> "", Types.POJO(Photo.class)));
            flink.setup(
                    Question.type(Types.POJO(Photo.class))
                            .createSerializer(flink.getExecutionConfig().getSerializerConfig()));
            if (state != null) {
                flink.initializeState(state);
            }
            flink.open();
        }

        void send(int id) throws Exception {
            flink.processElement1(Photo.number(id), id);
        }

        void announce(String folder, long from) throws Exception {
            flink.processElement2(new StreamRecord<>(new ModelVersion(folder, "f", from)));
        }

        /** Ids with the folder of their model, and "W" with the time of watermarks. */
        List<String> output() {
            List<String> seen = new ArrayList<>();
            for (Object element : flink.getOutput()) {
                if (element instanceof Watermark watermark) {
                    seen.add("W" + watermark.getTimestamp());
                } else if (element instanceof StreamRecord<?> record) {
                    Question<?> question = (Question<?>) record.getValue();
                    seen.add(((Photo) question.input()).id() + question.model().folder());
                } else {
                    seen.add(element.getClass().getSimpleName());
                }
            }
            return seen;
        }

        @Override
        public void close() {
            try {
                flink.close();
            } catch (Exception e) {
                throw new AssertionError("The operator does not close", e);
            }
        }
    }
}
