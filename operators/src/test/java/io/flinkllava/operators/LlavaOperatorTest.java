package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;

import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LlavaOperatorTest {

    private static final LlavaAnswer.Failure GONE =
            new LlavaAnswer.Failure(LlavaErrorCode.UNAVAILABLE, "The picture's host is down.");
    private static final LlavaAnswer NOTHING =
            new LlavaAnswer.Text(
                    "", List.of(2), 1, LlavaAnswer.FinishReason.STOP, LlavaAnswer.Timing.NONE);

    @Test
    void resultHoldsRecordAnswerModelAndTime() throws Exception {
        try (AskHarness harness = AskHarness.open(AskHarness.ORDERED)) {
            harness.send(5);
            harness.answer(0);

            StreamRecord<? extends LlavaResult<Photo>> record =
                    harness.flink.extractOutputStreamRecords().get(0);
            assertThat(record.getTimestamp()).isEqualTo(5);
            assertThat(record.getValue().input()).isEqualTo(Photo.number(5));
            assertThat(record.getValue().text()).isEqualTo(Photo.number(5).expectedText());
            assertThat(record.getValue().generated().promptTokens()).isEqualTo(7);
            assertThat(record.getValue().model()).isEqualTo(FakeModel.NAME);
        }
    }

    @Test
    void recordWithoutTimeGivesResultWithoutTime() throws Exception {
        try (AskHarness harness = AskHarness.open(AskHarness.ORDERED)) {
            harness.flink.processElement(new StreamRecord<>(Photo.number(1)));
            harness.answer(0);
            assertThat(harness.flink.extractOutputStreamRecords().get(0).hasTimestamp()).isFalse();
        }
    }

    @Test
    void orderedResultsLeaveInOrder() throws Exception {
        try (AskHarness harness = AskHarness.open(AskHarness.ORDERED)) {
            harness.send(0);
            harness.send(1);
            harness.send(2);
            harness.answer(2, 1);
            assertThat(harness.output()).isEmpty();
            harness.answer(0);
            assertThat(harness.output()).containsExactly("0", "1", "2");
        }
    }

    @Test
    void unorderedResultsDoNotPassWatermarks() throws Exception {
        try (AskHarness harness = AskHarness.open(AskHarness.UNORDERED)) {
            harness.send(0);
            harness.send(1);
            harness.flink.processWatermark(1);
            harness.send(2);
            harness.answer(2, 1);
            assertThat(harness.output()).containsExactly("1");
            harness.answer(0);
            assertThat(harness.output()).containsExactly("1", "0", "W1", "2");
        }
    }

    @Test
    void idlenessAndWatermarksKeepTheirPlace() throws Exception {
        try (AskHarness harness = AskHarness.open(AskHarness.UNORDERED)) {
            harness.flink.processWatermark(0);
            harness.send(1);
            harness.flink.processWatermarkStatus(WatermarkStatus.IDLE);
            harness.flink.processWatermarkStatus(WatermarkStatus.ACTIVE);
            harness.flink.processWatermark(7);
            assertThat(harness.output()).containsExactly("W0");
            harness.answer(0);
            assertThat(harness.output())
                    .containsExactly("W0", "1", "WatermarkStatus", "WatermarkStatus", "W7");
        }
    }

    /** A number, or four times the rows of the model. */
    @ParameterizedTest
    @CsvSource({"4, 4", QueueSettings.BY_BATCH + ", 32"})
    void fullQueueHoldsTheNextRecordBack(int setting, int capacity) throws Exception {
        try (AskHarness harness = AskHarness.open(AskHarness.settings(true, setting))) {
            for (int id = 0; id < capacity; id++) {
                harness.send(id);
            }
            assertThat(harness.model.asked()).isEqualTo(capacity);

            // The answer of another thread is what lets the task's thread go on.
            CompletableFuture<Void> answered =
                    CompletableFuture.runAsync(
                            () -> harness.model.answer(0), ForkJoinPool.commonPool());
            harness.send(capacity);
            answered.join();

            assertThat(harness.output()).containsExactly("0");
            assertThat(harness.model.asked()).isEqualTo(capacity + 1);
        }
    }

    @Test
    void throwingFunctionIsTheRecordsFailure() throws Exception {
        try (AskHarness harness =
                AskHarness.open(
                        AskHarness.ORDERED,
                        photo -> {
                            throw new UncheckedIOException(new NoSuchFileException("cat.png"));
                        })) {
            harness.send(1);
            harness.runMails();
            LlavaAnswer.Failure failure = harness.results().get(0).failure();
            assertThat(failure.code()).isEqualTo(LlavaErrorCode.INPUT);
            assertThat(failure.message()).isEqualTo("NoSuchFileException: cat.png");
            assertThat(harness.model.asked()).isZero();
        }
    }

    @Test
    void codeOfAThrownFailureIsKept() throws Exception {
        try (AskHarness harness =
                AskHarness.open(
                        AskHarness.ORDERED,
                        photo -> {
                            throw new LlavaException(LlavaErrorCode.CAPACITY, "Store is busy.");
                        })) {
            harness.send(1);
            harness.runMails();
            assertThat(harness.results().get(0).answer())
                    .isEqualTo(new LlavaAnswer.Failure(LlavaErrorCode.CAPACITY, "Store is busy."));
        }
    }

    @Test
    void brokenFutureIsAnInternalFailure() throws Exception {
        try (AskHarness harness = AskHarness.open(AskHarness.ORDERED)) {
            harness.send(1);
            harness.model.future(0).completeExceptionally(new IllegalStateException("lost"));
            harness.runMails();
            assertThat(harness.results().get(0).failure().code())
                    .isEqualTo(LlavaErrorCode.INTERNAL);
        }
    }

    @Test
    void timeoutIsTheRecordsFailureAndStopsTheModel() throws Exception {
        try (AskHarness harness = AskHarness.open(patient(Duration.ofSeconds(30)))) {
            harness.flink.setProcessingTime(1000);
            harness.send(1);
            harness.flink.setProcessingTime(2000);
            harness.send(2);
            harness.flink.setProcessingTime(30_999);
            harness.runMails();
            assertThat(harness.output()).isEmpty();

            harness.flink.setProcessingTime(31_000);
            harness.runMails();
            LlavaAnswer.Failure failure = harness.results().get(0).failure();
            assertThat(failure.code()).isEqualTo(LlavaErrorCode.CAPACITY);
            assertThat(failure.message()).startsWith("no answer within 30 s");
            assertThat(harness.model.future(0)).isCancelled();
            assertThat(harness.model.future(1)).isNotDone();

            harness.answer(1);
            assertThat(harness.output()).containsExactly("1", "2");
            assertThat(harness.results().get(1).isText()).isTrue();
        }
    }

    /** Flink goes on with a task whose timer threw, for one more checkpoint perhaps. */
    @Test
    void timerOnlyLeavesAMail() throws Exception {
        QueueSettings failing =
                new QueueSettings(
                        true,
                        AskHarness.CAPACITY,
                        Duration.ofMillis(10),
                        RetryPolicy.NONE,
                        ErrorPolicy.FAIL);
        OperatorSubtaskState state;
        try (AskHarness harness = AskHarness.open(failing)) {
            harness.flink.setProcessingTime(0);
            harness.send(1);
            harness.flink.setProcessingTime(10);
            state = harness.flink.snapshot(1, 1);
            assertThatThrownBy(harness::runMails).hasStackTraceContaining("no answer within 10 ms");
        }
        // What failed the job must not be in its checkpoint as that record's outcome.
        try (AskHarness harness = AskHarness.restore(failing, state, 1, 1, 0)) {
            harness.flink.open();
            harness.answer(0);
            assertThat(harness.output()).containsExactly("1");
        }
    }

    @Test
    void failureThatFailsTheJobIsInNoCheckpoint() throws Exception {
        OperatorSubtaskState state;
        try (AskHarness harness = AskHarness.open(trying(1, ErrorPolicy.FAIL))) {
            harness.send(1);
            harness.model.complete(0, GONE);
            assertThatThrownBy(harness::runMails).hasStackTraceContaining(GONE.message());
            state = harness.flink.snapshot(1, 1);
        }
        try (AskHarness harness = AskHarness.restore(trying(1, ErrorPolicy.FAIL), state, 1, 1, 0)) {
            harness.flink.open();
            assertThat(harness.model.asked()).isEqualTo(1);
        }
    }

    @Test
    void timeoutThatTheModelNoticesFirstIsTheSame() throws Exception {
        try (AskHarness harness = AskHarness.open(patient(Duration.ofMillis(10)))) {
            harness.flink.setProcessingTime(0);
            harness.send(1);
            harness.model.complete(
                    0, new LlavaAnswer.Failure(LlavaErrorCode.CAPACITY, "The model's own words."));
            harness.flink.setProcessingTime(10);
            harness.runMails();
            assertThat(harness.results().get(0).failure().message())
                    .startsWith("no answer within 10 ms");
        }
    }

    @Test
    void requestsOwnTimeLimitCountsForAllItsAttempts() throws Exception {
        try (AskHarness harness =
                AskHarness.open(
                        trying(3, ErrorPolicy.AS_RESULT),
                        photo ->
                                RequestDraft.of(
                                        photo.request().withTimeLimit(Duration.ofMillis(150))))) {
            harness.flink.setProcessingTime(0);
            harness.send(1);
            harness.model.complete(0, GONE);
            harness.runMails();
            harness.flink.setProcessingTime(100);
            harness.runMails();
            assertThat(harness.model.request(1).timeLimit()).isEqualTo(Duration.ofMillis(50));

            harness.flink.setProcessingTime(150);
            harness.model.complete(
                    1, new LlavaAnswer.Failure(LlavaErrorCode.CAPACITY, "The model's own words."));
            harness.runMails();
            assertThat(harness.results().get(0).failure().message())
                    .startsWith("no answer within 150 ms");
            assertThat(harness.model.asked()).isEqualTo(2);
        }
    }

    @Test
    void answerTakesTheTimerAway() throws Exception {
        try (AskHarness harness = AskHarness.open(patient(Duration.ofMillis(10)))) {
            harness.send(1);
            harness.answer(0);
            assertThat(harness.flink.getProcessingTimeService().getNumActiveTimers()).isZero();
        }
    }

    @Test
    void secondCompletionIsIgnored() throws Exception {
        try (AskHarness harness = AskHarness.open(patient(Duration.ofMillis(10)))) {
            harness.send(1);
            harness.model.answer(0);
            // Answer and timeout are both on their way now.
            harness.flink.setProcessingTime(10);
            harness.runMails();
            harness.answer(0);
            assertThat(harness.output()).containsExactly("1");
        }
    }

    @Test
    void endOfInputWaitsForAllAnswers() throws Exception {
        try (AskHarness harness = AskHarness.open(AskHarness.ORDERED)) {
            harness.send(1);
            harness.send(2);
            harness.flink.processWatermark(2);
            CompletableFuture<Void> answered =
                    CompletableFuture.runAsync(
                            () -> {
                                harness.model.answer(1);
                                harness.model.answer(0);
                            },
                            ForkJoinPool.commonPool());
            harness.flink.endInput();
            answered.join();
            assertThat(harness.output()).containsExactly("1", "2", "W2");
        }
    }

    @Test
    void closeCancelsWhatRunsAndReleasesTheModelOnce() throws Exception {
        AskHarness harness = AskHarness.open(patient(Duration.ofSeconds(1)));
        harness.send(1);
        harness.send(2);
        harness.flink.close();
        assertThat(harness.model.future(0)).isCancelled();
        assertThat(harness.model.future(1)).isCancelled();
        assertThat(harness.model.closes()).isEqualTo(1);
        assertThat(harness.output()).isEmpty();

        harness.flink.getOperator().close();
        assertThat(harness.model.closes()).isEqualTo(1);
    }

    @Test
    void answerAfterTheMailboxClosedIsDropped() throws Exception {
        AskHarness harness = AskHarness.open(AskHarness.ORDERED);
        harness.send(1);
        // As in a task that is being cancelled: the mailbox goes before the operators.
        harness.flink.getTaskMailbox().close();
        harness.model.answer(0);
        harness.close();
        assertThat(harness.output()).isEmpty();
        assertThat(harness.model.closes()).isEqualTo(1);
    }

    @Test
    void restoredRecordsAreAskedAgainInOrderWithTheirTime() throws Exception {
        OperatorSubtaskState state;
        try (AskHarness harness = AskHarness.open(AskHarness.ORDERED)) {
            harness.send(0);
            harness.send(1);
            harness.send(2);
            harness.answer(2, 0); // 2 is answered, but waits for 1.
            assertThat(harness.output()).containsExactly("0");
            state = harness.flink.snapshot(1, 1);
        }
        try (AskHarness harness = AskHarness.restore(AskHarness.ORDERED, state, 1, 1, 0)) {
            harness.flink.open();
            harness.send(3);
            assertThat(harness.model.asked()).isEqualTo(2);
            harness.answer(1, 0);
            assertThat(harness.output()).containsExactly("1", "2", "3");
            assertThat(harness.flink.extractOutputStreamRecords().get(0).getTimestamp())
                    .isEqualTo(1);
        }
    }

    /** Nothing else would make room for them: no answer is on its way. */
    @Test
    void moreFinishedRecordsThanFitAreRestored() throws Exception {
        OperatorSubtaskState state;
        try (AskHarness harness = AskHarness.open(AskHarness.ORDERED)) {
            for (int id = 0; id < AskHarness.CAPACITY; id++) {
                harness.send(id);
            }
            harness.answer(3, 2, 1);
            harness.model.answer(0);
            harness.runMail();
            assertThat(harness.output()).containsExactly("0");
            state = harness.flink.snapshot(1, 1);
        }
        try (AskHarness harness =
                AskHarness.restore(AskHarness.settings(true, 2), state, 1, 1, 0)) {
            harness.flink.open();
            harness.runMails();
            assertThat(harness.output()).containsExactly("1", "2", "3");
            assertThat(harness.model.asked()).isZero();
        }
    }

    @Test
    void restoredRecordsAreAskedAgainWithTheirVideo() throws Exception {
        RequestSource<Photo> source = new RequestSource<>();
        source.images = photo -> List.of();
        source.video =
                RequestSource.bytes(
                        photo -> List.of(photo.bytes(), new byte[] {9}), "video", "frame");
        source.question = Photo::question;
        OperatorSubtaskState state;
        try (AskHarness harness = AskHarness.open(AskHarness.ORDERED, source.drafts())) {
            harness.send(5);
            state = harness.flink.snapshot(1, 1);
        }
        try (AskHarness harness = AskHarness.restore(AskHarness.ORDERED, state, source.drafts())) {
            harness.flink.open();
            LlavaRequest request = harness.model.request(0);
            assertThat(request.images()).isEmpty();
            assertThat(request.video()).containsExactly(Photo.number(5).bytes(), new byte[] {9});
            assertThat(request.messages())
                    .containsExactly(Message.user(Photo.number(5).question()));
        }
    }

    @Test
    void recordsThatLackSomethingAreFailuresAmongAnswers() throws Exception {
        RequestSource<Photo> source = new RequestSource<>();
        source.video =
                RequestSource.bytes(
                        photo -> photo.id() == 1 ? null : List.of(photo.bytes()), "video", "frame");
        source.question = Photo::question;
        try (AskHarness harness = AskHarness.open(AskHarness.ORDERED, source.drafts())) {
            harness.send(0);
            harness.send(1);
            harness.send(2);
            assertThat(harness.model.asked()).isEqualTo(2);
            harness.model.complete(0, NOTHING);
            harness.model.complete(1, NOTHING);
            harness.runMails();
            assertThat(harness.output()).containsExactly("0", "1", "2");
            assertThat(harness.results())
                    .extracting(LlavaResult::isText)
                    .containsExactly(true, false, true);
            assertThat(harness.results().get(1).failure())
                    .isEqualTo(
                            new LlavaAnswer.Failure(
                                    LlavaErrorCode.INPUT, "The record's video is null."));
        }
    }

    @Test
    void completedCheckpointLetsGoOfTheRecords() throws Exception {
        OperatorSubtaskState second;
        try (AskHarness harness = AskHarness.open(AskHarness.ORDERED)) {
            harness.send(0);
            harness.flink.snapshot(1, 1);
            harness.flink.notifyOfCompletedCheckpoint(1);
            second = harness.flink.snapshot(2, 2);
        }
        // It is in flight still, so a later checkpoint must hold it still.
        try (AskHarness harness = AskHarness.restore(AskHarness.ORDERED, second, 1, 1, 0)) {
            harness.flink.open();
            assertThat(harness.model.asked()).isEqualTo(1);
        }
    }

    @Test
    void nothingIsLostOverRescaling() throws Exception {
        OperatorSubtaskState one;
        try (AskHarness harness = AskHarness.open(AskHarness.ORDERED)) {
            for (int id = 0; id < AskHarness.CAPACITY; id++) {
                harness.send(id);
            }
            one = harness.flink.snapshot(1, 1);
        }
        OperatorSubtaskState three = rescaled(one, 1, 3);
        List<String> ids = new ArrayList<>();
        for (int subtask = 0; subtask < 2; subtask++) {
            try (AskHarness harness =
                    AskHarness.restore(AskHarness.ORDERED, three, 3, 2, subtask)) {
                harness.flink.open();
                for (int index = 0; index < harness.model.asked(); index++) {
                    harness.answer(index);
                }
                ids.addAll(harness.output());
            }
        }
        assertThat(ids).containsExactlyInAnyOrder("0", "1", "2", "3");
    }

    private static OperatorSubtaskState rescaled(OperatorSubtaskState state, int from, int to)
            throws Exception {
        OperatorSubtaskState[] states = new OperatorSubtaskState[to];
        for (int subtask = 0; subtask < to; subtask++) {
            try (AskHarness harness =
                    AskHarness.restore(AskHarness.ORDERED, state, from, to, subtask)) {
                harness.flink.open();
                states[subtask] = harness.flink.snapshot(2, 2);
            }
        }
        return AbstractStreamOperatorTestHarness.repackageState(states);
    }

    @Test
    void modelThatCannotBeOpenedFailsTheTaskWithItsMessage() throws Exception {
        LlavaOperatorFactory<Photo, Photo> factory =
                AskHarness.factory(
                        Photo::request,
                        (context, version) -> {
                            throw LlavaException.model("/models/x/config.json is missing.");
                        },
                        Types.POJO(Photo.class),
                        AskHarness.ORDERED);
        OneInputStreamOperatorTestHarness<Photo, LlavaResult<Photo>> harness =
                new OneInputStreamOperatorTestHarness<>(factory);
        assertThatThrownBy(harness::open)
                .isInstanceOf(LlavaException.class)
                .hasMessage("/models/x/config.json is missing.");
        harness.close();
    }

    @Test
    void objectReuseDoesNotChangeARecordInFlight() throws Exception {
        FakeModel model = new FakeModel();
        LlavaOperatorFactory<byte[], byte[]> factory =
                AskHarness.factory(
                        bytes -> LlavaRequest.ask(bytes, "?"),
                        (context, version) -> new OpenModel(model, model::close),
                        PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO,
                        AskHarness.ORDERED);
        OneInputStreamOperatorTestHarness<byte[], LlavaResult<byte[]>> harness =
                new OneInputStreamOperatorTestHarness<>(factory);
        harness.getExecutionConfig().enableObjectReuse();
        harness.open();
        byte[] reused = {1};
        harness.processElement(reused, 0);
        reused[0] = 2;
        assertThat(model.request(0).images()).containsExactly(new byte[] {1});
        harness.close();
    }

    private static QueueSettings patient(Duration timeout) {
        return AskHarness.settings(true, timeout);
    }

    @Test
    void failureThatMayPassIsAskedAgainAfterAPause() throws Exception {
        try (AskHarness harness = AskHarness.open(trying(3, ErrorPolicy.AS_RESULT))) {
            harness.flink.setProcessingTime(0);
            harness.send(1);
            harness.model.complete(0, GONE);
            harness.runMails();
            harness.flink.setProcessingTime(99);
            harness.runMails();
            assertThat(harness.model.asked()).isEqualTo(1);

            harness.flink.setProcessingTime(100);
            harness.runMails();
            harness.answer(1);
            assertThat(harness.results().get(0).text()).isEqualTo(Photo.number(1).expectedText());
        }
    }

    @Test
    void spentAttemptsEndInADeadLetter() throws Exception {
        try (AskHarness harness = AskHarness.open(trying(2, ErrorPolicy.SIDE_OUTPUT))) {
            harness.flink.setProcessingTime(0);
            harness.send(1);
            harness.send(2);
            harness.model.complete(0, GONE);
            harness.runMails();
            harness.flink.setProcessingTime(100);
            harness.runMails();
            harness.model.complete(2, GONE);
            harness.answer(1);
            harness.runMails();

            assertThat(harness.output()).containsExactly("2");
            assertThat(harness.deadLetters())
                    .containsExactly(
                            new DeadLetter<>(
                                    Photo.number(1),
                                    LlavaErrorCode.UNAVAILABLE,
                                    "The picture's host is down.",
                                    2,
                                    100,
                                    FakeModel.NAME,
                                    "0123456789abcdef",
                                    1L));
        }
    }

    @Test
    void fullQueueOfTheModelIsNobodysFailure() throws Exception {
        List<Integer> drafted = new ArrayList<>();
        try (AskHarness harness =
                AskHarness.open(
                        trying(1, ErrorPolicy.FAIL),
                        photo -> {
                            drafted.add(photo.id());
                            return RequestDraft.of(photo.request());
                        })) {
            harness.flink.setProcessingTime(0);
            harness.send(1);
            LlavaException full = LlavaException.queueIsFull();
            for (int time = 0; time < 10; time++) {
                harness.flink.setProcessingTime(100L * time);
                harness.runMails();
                harness.model.complete(
                        time, new LlavaAnswer.Failure(full.code(), full.getMessage()));
                harness.runMails();
            }
            harness.flink.setProcessingTime(1000);
            harness.runMails();
            harness.answer(10);
            assertThat(harness.output()).containsExactly("1");
            assertThat(drafted).containsExactly(1);
        }
    }

    @Test
    void errorOfTheJvmFailsTheTask() throws Exception {
        RequestDraft remote =
                new RequestDraft(
                        List.of(PictureSource.reference("data:image/png;base64,AAAA")),
                        List.of(),
                        List.of(Message.user("?")),
                        GenerationParameters.DEFAULT,
                        LlavaRequest.NO_LIMIT);
        try (AskHarness harness = AskHarness.open(AskHarness.ORDERED, photo -> remote)) {
            harness.model.failWith(new NoClassDefFoundError("Oh."));
            harness.send(1);
            assertThatThrownBy(harness::awaitMail).isInstanceOf(NoClassDefFoundError.class);
        }
    }

    @Test
    void failureOfARequestItselfIsNotAskedAgain() throws Exception {
        try (AskHarness harness = AskHarness.open(trying(3, ErrorPolicy.AS_RESULT))) {
            harness.send(1);
            harness.model.complete(0, new LlavaAnswer.Failure(LlavaErrorCode.INPUT, "Broken."));
            harness.runMails();
            assertThat(harness.results().get(0).failure().code()).isEqualTo(LlavaErrorCode.INPUT);
        }
    }

    @Test
    void jobFailsWhereItIsToldToAndDoesNotWaitForItsTurn() throws Exception {
        try (AskHarness harness = AskHarness.open(trying(1, ErrorPolicy.FAIL))) {
            harness.send(1);
            harness.send(2);
            harness.model.complete(1, GONE);
            assertThatThrownBy(harness::runMails)
                    .hasStackTraceContaining("The picture's host is down.");
        }
    }

    @Test
    void attemptsSurviveARestore() throws Exception {
        OperatorSubtaskState state;
        try (AskHarness harness = AskHarness.open(trying(2, ErrorPolicy.AS_RESULT))) {
            harness.flink.setProcessingTime(0);
            harness.send(1);
            harness.model.complete(0, GONE);
            harness.runMails();
            state = harness.flink.snapshot(1, 1);
        }
        try (AskHarness harness =
                AskHarness.restore(trying(2, ErrorPolicy.AS_RESULT), state, 1, 1, 0)) {
            harness.flink.open();
            harness.model.complete(0, GONE);
            harness.runMails();
            assertThat(harness.results().get(0).failure()).isEqualTo(GONE);
        }
    }

    @Test
    void attemptThatARestartCutsShortDoesNotCount() throws Exception {
        OperatorSubtaskState state;
        try (AskHarness harness = AskHarness.open(trying(2, ErrorPolicy.AS_RESULT))) {
            harness.send(1);
            state = harness.flink.snapshot(1, 1);
        }
        try (AskHarness harness =
                AskHarness.restore(trying(2, ErrorPolicy.AS_RESULT), state, 1, 1, 0)) {
            harness.flink.open();
            harness.flink.setProcessingTime(0);
            harness.model.complete(0, GONE);
            harness.runMails();
            harness.flink.setProcessingTime(100);
            harness.runMails();
            harness.answer(1);
            assertThat(harness.results().get(0).isText()).isTrue();
        }
    }

    @Test
    void noAttemptBeginsAfterTheDeadline() throws Exception {
        QueueSettings hurried =
                new QueueSettings(
                        true,
                        AskHarness.CAPACITY,
                        Duration.ofMillis(50),
                        trying(3, ErrorPolicy.AS_RESULT).retry(),
                        ErrorPolicy.AS_RESULT);
        try (AskHarness harness = AskHarness.open(hurried)) {
            harness.flink.setProcessingTime(0);
            harness.send(1);
            assertThat(harness.model.request(0).timeLimit()).isEqualTo(Duration.ofMillis(50));
            harness.model.complete(0, GONE);
            harness.runMails();
            assertThat(harness.results().get(0).failure()).isEqualTo(GONE);
        }
    }

    @Test
    void everyVersionOfTheStepIsNamedInItsResults() throws Exception {
        try (AskHarness harness = AskHarness.open(AskHarness.ORDERED)) {
            harness.send(1);
            harness.answer(0);
            assertThat(harness.results().get(0).modelVersion()).isEqualTo("0123456789abcdef");
        }
    }

    /** Pauses of 100 ms, exactly. */
    private static QueueSettings trying(int attempts, ErrorPolicy errors) {
        Duration pause = Duration.ofMillis(100);
        return new QueueSettings(
                true,
                AskHarness.CAPACITY,
                QueueSettings.NO_TIMEOUT,
                RetryPolicy.DEFAULT
                        .withMaxAttempts(attempts)
                        .withPauses(pause, pause)
                        .withSpread(0),
                errors);
    }
}
