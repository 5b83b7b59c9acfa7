package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.transformations.TwoInputTransformation;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.TwoInputStreamOperatorTestHarness;

import io.flinkllava.runtime.ModelOptions;
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

    /** The control stream may be silent for long after a restore. */
    @Test
    void controlStreamsTimeSurvivesARestore() throws Exception {
        OperatorSubtaskState state;
        try (Stamp stamp = new Stamp(ModelChangeMode.EVENT_TIME, null)) {
            stamp.announce("/b", 10);
            stamp.flink.processWatermark2(new Watermark(20));
            state = stamp.flink.snapshot(1, 1);
        }
        try (Stamp stamp = new Stamp(ModelChangeMode.EVENT_TIME, state)) {
            stamp.flink.processWatermark2(new Watermark(15));
            stamp.send(20);
            stamp.send(21);
            assertThat(stamp.output()).containsExactly("20/b");
        }
    }

    @Test
    void controlStreamsTimeIsThatOfTheSlowestSubtask() throws Exception {
        List<OperatorSubtaskState> states = new ArrayList<>();
        for (long time : new long[] {20, 10}) {
            try (Stamp stamp = new Stamp(ModelChangeMode.EVENT_TIME, null)) {
                stamp.flink.processWatermark2(new Watermark(time));
                states.add(stamp.flink.snapshot(1, 1));
            }
        }
        OperatorSubtaskState both =
                AbstractStreamOperatorTestHarness.repackageState(
                        states.toArray(OperatorSubtaskState[]::new));
        OperatorSubtaskState state =
                AbstractStreamOperatorTestHarness.repartitionOperatorState(
                        both, Stamp.MAX_PARALLELISM, 2, 1, 0);
        try (Stamp stamp = new Stamp(ModelChangeMode.EVENT_TIME, state)) {
            stamp.send(10);
            stamp.send(11);
            assertThat(stamp.output()).containsExactly("10");
        }
    }

    @Test
    void recordsOfAKeyKeepTheirOrderOverRescaling() throws Exception {
        OperatorSubtaskState state;
        try (Stamp stamp = Stamp.keyed(null, 1, 0)) {
            for (int id = 1; id <= 40; id++) {
                stamp.send(id);
            }
            state = stamp.flink.snapshot(1, 1);
        }
        List<List<String>> outputs = new ArrayList<>();
        for (int subtask = 0; subtask < 3; subtask++) {
            OperatorSubtaskState share =
                    AbstractStreamOperatorTestHarness.repartitionOperatorState(
                            state, Stamp.MAX_PARALLELISM, 1, 3, subtask);
            try (Stamp stamp = Stamp.keyed(share, 3, subtask)) {
                stamp.flink.processWatermark2(Watermark.MAX_WATERMARK);
                outputs.add(stamp.output());
            }
        }
        assertThat(outputs).doesNotContain(List.of());
        assertThat(outputs.stream().flatMap(List::stream)).hasSize(40);
        for (int key = 0; key < Stamp.KEYS; key++) {
            List<String> expected = new ArrayList<>();
            for (int id = key == 0 ? Stamp.KEYS : key; id <= 40; id += Stamp.KEYS) {
                expected.add(Integer.toString(id));
            }
            assertThat(outputs)
                    .filteredOn(output -> output.contains(expected.get(0)))
                    .singleElement()
                    .satisfies(output -> assertThat(output).containsSubsequence(expected));
        }
    }

    /** The end that a drained job saw is not that of the stream. */
    @Test
    void drainedControlStreamGoesOn() throws Exception {
        OperatorSubtaskState state;
        try (Stamp stamp = new Stamp(ModelChangeMode.EVENT_TIME, null)) {
            stamp.flink.processWatermark2(new Watermark(20));
            stamp.flink.processWatermark2(Watermark.MAX_WATERMARK);
            stamp.send(25);
            assertThat(stamp.output()).containsExactly("25");
            state = stamp.flink.snapshot(1, 1);
        }
        try (Stamp stamp = new Stamp(ModelChangeMode.EVENT_TIME, state)) {
            stamp.send(15);
            stamp.send(30);
            assertThat(stamp.output()).containsExactly("15");
        }
    }

    @Test
    void modeMayChange() throws Exception {
        OperatorSubtaskState state;
        try (Stamp stamp = new Stamp(ModelChangeMode.EVENT_TIME, null)) {
            stamp.announce("/b", 10);
            stamp.send(5);
            state = stamp.flink.snapshot(1, 1);
        }
        try (Stamp stamp = new Stamp(ModelChangeMode.ARRIVAL, state)) {
            stamp.send(6);
            stamp.announce("/c", 0);
            stamp.send(7);
            assertThat(stamp.output()).containsExactly("5/b", "6/b", "7/c");
            state = stamp.flink.snapshot(2, 2);
        }
        try (Stamp stamp = new Stamp(ModelChangeMode.EVENT_TIME, state)) {
            stamp.send(8);
            stamp.announce("/d", 9);
            stamp.send(9);
            stamp.flink.processWatermark2(new Watermark(20));
            assertThat(stamp.output()).containsExactly("8/c", "9/d");
        }
    }

    @Test
    void dialoguesAloneHaveAnOrder() {
        DataStream<Photo> photos =
                StreamExecutionEnvironment.getExecutionEnvironment().fromData(Photo.number(1));
        assertThat(
                        stampOf(
                                        Llava.conversation(photos)
                                                .keyBy(Photo::id, Types.INT)
                                                .question(Photo::question))
                                .getStateKeyType())
                .isEqualTo(Types.INT);
        assertThat(stampOf(Llava.ask(photos).request(Photo::request)).getStateKeyType()).isNull();
    }

    private static TwoInputTransformation<?, ?, ?> stampOf(LlavaStep<Photo, ?> step) {
        ModelChanges changes =
                Llava.modelChanges(
                        step.stream.getExecutionEnvironment().fromData(ModelChange.to("/b")),
                        ModelOptions.DEFAULT,
                        ModelChangeMode.EVENT_TIME);
        return (TwoInputTransformation<?, ?, ?>)
                step
                        .model("/a")
                        .modelChanges(changes)
                        .answers()
                        .getTransformation()
                        .getTransitivePredecessors()
                        .stream()
                        .filter(part -> part.getName().endsWith("-models"))
                        .findFirst()
                        .orElseThrow();
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
    static final class Stamp implements AutoCloseable {
        static final int MAX_PARALLELISM = 16;
        static final int KEYS = 10;
        private static final TypeInformation<Photo> PHOTO = Types.POJO(Photo.class);

        final TwoInputStreamOperatorTestHarness<Photo, ModelVersion, Question<Photo>> flink;

        Stamp(ModelChangeMode mode, OperatorSubtaskState state) throws Exception {
            this(
                    new TwoInputStreamOperatorTestHarness<>(
                            new ModelStamp<>(mode, photo -> "", null, PHOTO)),
                    state);
        }

        /** By event time, and dialogues are the ids modulo {@link #KEYS}. */
        static Stamp keyed(OperatorSubtaskState state, int parallelism, int subtask)
                throws Exception {
            KeySelector<Photo, Integer> dialogue = photo -> photo.id() % KEYS;
            return new Stamp(
                    new KeyedTwoInputStreamOperatorTestHarness<>(
                            new ModelStamp<>(
                                    ModelChangeMode.EVENT_TIME, photo -> "", dialogue, PHOTO),
                            dialogue,
                            version -> 0,
                            Types.INT,
                            MAX_PARALLELISM,
                            parallelism,
                            subtask),
                    state);
        }

        private Stamp(
                TwoInputStreamOperatorTestHarness<Photo, ModelVersion, Question<Photo>> harness,
                OperatorSubtaskState state)
                throws Exception {
            flink = harness;
            flink.setup(
                    Question.type(PHOTO)
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
