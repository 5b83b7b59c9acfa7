package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.Message;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Jobs that are changed and go on with their state: what docs/datastream.md says about it. */
class StepUpgradeTest {

    private static final ModelVersion LATER =
            new ModelVersion("/models/later", "0123456789abcdef", 0);
    private static final Photo FIRST = Photo.number(1);
    private static final Photo SECOND = Photo.number(2);

    private final DataStream<Photo> photos =
            StreamExecutionEnvironment.getExecutionEnvironment().fromData(FIRST);

    /** Turns in flight keep their model, and dialogues what was said. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void conversationWithAndWithoutModelChanges(boolean changesBefore) throws Exception {
        OperatorSubtaskState state;
        try (StepHarness<Question<Photo>> step =
                StepHarness.open(conversation(), changesBefore, null)) {
            step.send(new Question<>(FIRST, "", LATER), 1);
            step.model.complete(0, said("A cat."));
            step.runMails();
            step.send(new Question<>(SECOND, "", LATER), 2);
            state = step.flink.snapshot(1, 1);
        }
        try (StepHarness<Question<Photo>> step =
                StepHarness.open(conversation(), !changesBefore, state)) {
            assertThat(step.model.request(0).messages())
                    .containsExactly(
                            Message.user(FIRST.question()),
                            new Message(Message.Role.ASSISTANT, "A cat."),
                            Message.user(SECOND.question()));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void deduplicationWithAndWithoutModelChanges(boolean changesBefore) throws Exception {
        OperatorSubtaskState state;
        try (StepHarness<Question<Photo>> step =
                StepHarness.open(deduplicated(), changesBefore, null)) {
            step.send(new Question<>(FIRST, "one", ModelVersion.FIRST), 1);
            step.answer(0);
            step.send(new Question<>(SECOND, "two" + LATER.fingerprint(), LATER), 2);
            state = step.flink.snapshot(1, 1);
        }
        try (StepHarness<Question<Photo>> step =
                StepHarness.open(deduplicated(), !changesBefore, state)) {
            step.send(new Question<>(FIRST, "one", ModelVersion.FIRST), 3);
            step.answer(0);
            assertThat(step.output()).containsExactlyInAnyOrder("1", "2");
            assertThat(step.model.asked()).isEqualTo(1);
        }
    }

    /** Whether or not something was in flight. */
    @Test
    void stateOfAnotherKindOfStepIsRefused() throws Exception {
        List<OperatorSubtaskState> asked = new ArrayList<>();
        try (StepHarness<Photo> step = StepHarness.open(ask(), false, null)) {
            asked.add(step.flink.snapshot(1, 1));
            step.send(FIRST, 1);
            asked.add(step.flink.snapshot(2, 2));
        }
        for (OperatorSubtaskState state : asked) {
            assertRefused("was 'ask'", () -> StepHarness.open(ask(), true, state));
            assertRefused("was 'ask'", () -> StepHarness.open(deduplicated(), false, state));
            assertRefused("was 'ask'", () -> StepHarness.open(conversation(), false, state));
        }
        for (boolean changes : new boolean[] {false, true}) {
            OperatorSubtaskState state;
            try (StepHarness<Question<Photo>> step =
                    StepHarness.open(deduplicated(), changes, null)) {
                step.send(new Question<>(FIRST, "one", ModelVersion.FIRST), 1);
                state = step.flink.snapshot(1, 1);
            }
            assertRefused("was 'known-answer'", () -> StepHarness.open(ask(), changes, state));
            assertRefused(
                    "was 'known-answer'", () -> StepHarness.open(conversation(), changes, state));
        }
        OperatorSubtaskState changing;
        try (StepHarness<Question<Photo>> step = StepHarness.open(ask(), true, null)) {
            step.send(new Question<>(FIRST, "", LATER), 1);
            changing = step.flink.snapshot(1, 1);
        }
        assertRefused(
                "was 'ask with model changes'", () -> StepHarness.open(ask(), false, changing));
    }

    private static void assertRefused(String was, ThrowingCallable opening) {
        assertThatThrownBy(opening)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(was, "uid of its own");
    }

    private LlavaConversation<Photo> conversation() {
        return Llava.conversation(photos)
                .keyBy(photo -> "all", Types.STRING)
                .question(Photo::question);
    }

    private LlavaAsk<Photo> deduplicated() {
        return ask().deduplicate(Duration.ofDays(36_500));
    }

    private LlavaAsk<Photo> ask() {
        return Llava.ask(photos).request(Photo::request);
    }

    private static LlavaAnswer said(String text) {
        return new LlavaAnswer.Text(
                text, List.of(5, 2), 7, LlavaAnswer.FinishReason.STOP, LlavaAnswer.Timing.NONE);
    }
}
