package io.flinkllava.operators;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.mailbox.Mail;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.function.SerializableFunction;

import io.flinkllava.runtime.LlavaRequest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A {@link LlavaOperator} outside of a job, with its mailbox in the hands of the test. */
final class AskHarness implements AutoCloseable {

    static final int CAPACITY = 4;
    static final QueueSettings ORDERED =
            new QueueSettings(true, CAPACITY, QueueSettings.NO_TIMEOUT);
    static final QueueSettings UNORDERED =
            new QueueSettings(false, CAPACITY, QueueSettings.NO_TIMEOUT);

    private static final int MAX_PARALLELISM = 16;

    final FakeModel model = new FakeModel();
    final OneInputStreamOperatorTestHarness<Photo, LlavaResult<Photo>> flink;

    private AskHarness(
            QueueSettings settings,
            SerializableFunction<Photo, LlavaRequest> extractor,
            int parallelism,
            int subtask)
            throws Exception {
        TypeInformation<Photo> type = Types.POJO(Photo.class);
        LlavaOperatorFactory<Photo> factory =
                new LlavaOperatorFactory<>(
                        extractor, context -> new OpenModel(model, model::close), type, settings);
        flink =
                new OneInputStreamOperatorTestHarness<>(
                        factory, MAX_PARALLELISM, parallelism, subtask);
        flink.setup(LlavaResult.type(type).createSerializer(serializers()));
    }

    private SerializerConfig serializers() {
        return flink.getExecutionConfig().getSerializerConfig();
    }

    /** An operator that is ready, without state. */
    static AskHarness open(QueueSettings settings) throws Exception {
        return open(settings, Photo::request);
    }

    static AskHarness open(
            QueueSettings settings, SerializableFunction<Photo, LlavaRequest> extractor)
            throws Exception {
        AskHarness harness = new AskHarness(settings, extractor, 1, 0);
        harness.flink.open();
        return harness;
    }

    /** An operator that goes on where another left off; not opened yet. */
    static AskHarness restore(
            QueueSettings settings,
            OperatorSubtaskState state,
            SerializableFunction<Photo, LlavaRequest> extractor)
            throws Exception {
        AskHarness harness = new AskHarness(settings, extractor, 1, 0);
        harness.flink.initializeState(state);
        return harness;
    }

    /** A subtask with its share of a state; not opened yet. */
    static AskHarness restore(
            QueueSettings settings, OperatorSubtaskState state, int from, int to, int subtask)
            throws Exception {
        AskHarness harness = new AskHarness(settings, Photo::request, to, subtask);
        harness.flink.initializeState(
                OneInputStreamOperatorTestHarness.repartitionOperatorState(
                        state, MAX_PARALLELISM, from, to, subtask));
        return harness;
    }

    void send(int id) throws Exception {
        flink.processElement(Photo.number(id), id);
    }

    void answer(int... indexes) throws Exception {
        for (int index : indexes) {
            model.answer(index);
            runMails();
        }
    }

    void runMails() throws Exception {
        Optional<Mail> mail = nextMail();
        while (mail.isPresent()) {
            mail.get().run();
            mail = nextMail();
        }
    }

    private Optional<Mail> nextMail() {
        return flink.getTaskMailbox().tryTake(TaskMailbox.MIN_PRIORITY);
    }

    /** What left the operator: ids of records, and "W" with the time of watermarks. */
    List<String> output() {
        List<String> seen = new ArrayList<>();
        for (Object element : flink.getOutput()) {
            seen.add(spell(element));
        }
        return seen;
    }

    private static String spell(Object element) {
        if (element instanceof Watermark watermark) {
            return "W" + watermark.getTimestamp();
        }
        if (element instanceof StreamRecord<?> record) {
            LlavaResult<?> result = (LlavaResult<?>) record.getValue();
            return Integer.toString(((Photo) result.input()).id());
        }
        return element.getClass().getSimpleName();
    }

    List<LlavaResult<Photo>> results() {
        return flink.extractOutputValues();
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
