package io.flinkllava.operators;

import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random schedules of records, watermarks, answers, checkpoints and failures. A checkpoint may fail
 * after the operator's part of it, and a word of its completion may get lost.
 */
class LlavaOperatorScheduleTest {

    private static final int STEPS = 300;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void everyRecordOnceAndInOrder(long seed) throws Exception {
        Random random = new Random(seed);
        Run run = new Run(random.nextBoolean());
        for (int step = 0; step < STEPS; step++) {
            run.step(random);
        }
        run.end();

        List<String> ids = run.committed.stream().filter(item -> !item.startsWith("W")).toList();
        List<String> sent = IntStream.range(0, run.next).mapToObj(Integer::toString).toList();
        assertThat(ids).containsExactlyInAnyOrderElementsOf(sent);
        if (run.ordered) {
            assertThat(ids).isEqualTo(sent);
        }
        assertNothingIsLate(run.committed);
    }

    /** Record n has the time n. */
    private static void assertNothingIsLate(List<String> output) {
        int watermark = -1;
        for (String item : output) {
            if (item.startsWith("W")) {
                watermark = Integer.parseInt(item.substring(1));
            } else {
                assertThat(Integer.parseInt(item)).isGreaterThan(watermark);
            }
        }
    }

    /** A job of one subtask with a source that goes back to the last completed checkpoint. */
    private static final class Run {
        final boolean ordered;
        final List<String> committed = new ArrayList<>();
        int next;

        private AskHarness harness;
        private OperatorSubtaskState checkpoint;
        private int nextAtCheckpoint;
        private List<Integer> running = new ArrayList<>();
        private int known;
        private long checkpointId;

        Run(boolean ordered) throws Exception {
            this.ordered = ordered;
            harness = AskHarness.open(settings());
            snapshot(true, true);
        }

        private QueueSettings settings() {
            return ordered ? AskHarness.ORDERED : AskHarness.UNORDERED;
        }

        void step(Random random) throws Exception {
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> send(random);
                case 4 -> harness.flink.processWatermark(next - 1);
                case 5, 6, 7, 8, 9 -> answerOne(random);
                case 10 -> snapshot(random.nextInt(3) > 0, random.nextInt(3) > 0);
                default -> fail();
            }
        }

        private void send(Random random) throws Exception {
            while (inFlight() >= AskHarness.CAPACITY) {
                answerOne(random);
            }
            harness.send(next++);
        }

        private long inFlight() {
            long left = committed.stream().filter(item -> !item.startsWith("W")).count();
            return next - left - harness.results().size();
        }

        private void answerOne(Random random) throws Exception {
            for (; known < harness.model.asked(); known++) {
                running.add(known);
            }
            if (!running.isEmpty()) {
                harness.answer(running.remove(random.nextInt(running.size())));
            }
        }

        private void snapshot(boolean completes, boolean notifies) throws Exception {
            checkpointId++;
            OperatorSubtaskState taken = harness.flink.snapshot(checkpointId, checkpointId);
            if (!completes) {
                return;
            }
            if (notifies) {
                harness.flink.notifyOfCompletedCheckpoint(checkpointId);
            }
            checkpoint = taken;
            nextAtCheckpoint = next;
            committed.addAll(harness.output());
            harness.flink.getOutput().clear();
        }

        private void fail() throws Exception {
            harness.close();
            harness = AskHarness.restore(settings(), checkpoint, 1, 1, 0);
            harness.flink.open();
            next = nextAtCheckpoint;
            running = new ArrayList<>();
            known = 0;
        }

        void end() throws Exception {
            for (int index = 0; index < harness.model.asked(); index++) {
                harness.answer(index);
            }
            harness.flink.endInput();
            snapshot(true, true);
            harness.close();
        }
    }
}
