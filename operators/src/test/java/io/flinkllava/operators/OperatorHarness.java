package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.mailbox.Mail;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A {@link LlavaOperator} outside of a job, with its mailbox in the hands of the test. */
abstract class OperatorHarness<I> implements AutoCloseable {

    static final int MAX_PARALLELISM = 16;

    final FakeModel model = new FakeModel();

    /** The operator as Flink's own harness holds it. */
    abstract OneInputStreamOperatorTestHarness<I, LlavaResult<Photo>> flink();

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

    /** Waits for a mail of another thread. */
    void awaitMail() throws Exception {
        flink().getTaskMailbox().take(TaskMailbox.MIN_PRIORITY).run();
    }

    /** The first mail alone. */
    void runMail() throws Exception {
        nextMail().orElseThrow().run();
    }

    private Optional<Mail> nextMail() {
        return flink().getTaskMailbox().tryTake(TaskMailbox.MIN_PRIORITY);
    }

    /** What left the operator: ids of records, and "W" with the time of watermarks. */
    List<String> output() {
        List<String> seen = new ArrayList<>();
        for (Object element : flink().getOutput()) {
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
        return flink().extractOutputValues();
    }

    List<DeadLetter<Photo>> deadLetters() {
        List<DeadLetter<Photo>> letters = new ArrayList<>();
        flink().getSideOutput(DeadLetter.tag(Types.POJO(Photo.class)))
                .forEach(record -> letters.add(record.getValue()));
        return letters;
    }

    @Override
    public void close() {
        try {
            flink().close();
        } catch (Exception e) {
            throw new AssertionError("The operator does not close", e);
        }
    }
}
