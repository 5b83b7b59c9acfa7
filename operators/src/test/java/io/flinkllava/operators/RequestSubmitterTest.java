package io.flinkllava.operators;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RequestSubmitterTest {

    private final FakeModel model = new FakeModel();

    @Test
    void missingRequestIsAnInputFailure() {
        assertThat(new RequestSubmitter<Photo>(photo -> null, model).submit(Photo.number(1)))
                .isCompletedWithValue(
                        new LlavaAnswer.Failure(
                                LlavaErrorCode.INPUT, "The record's request is null."));
    }

    @Test
    void longMessagesAreCut() {
        LlavaAnswer.Failure failure =
                RequestSubmitter.failure(
                        new IllegalArgumentException("\u00ff".repeat(5_000_000)),
                        LlavaErrorCode.INPUT);
        assertThat(failure.message()).hasSizeLessThan(600).startsWith("IllegalArgumentException");
    }

    @Test
    void errorsOfTheMachineAreLeftAlone() {
        RequestSubmitter<Photo> submitter =
                new RequestSubmitter<>(
                        photo -> {
                            throw new StackOverflowError();
                        },
                        model);
        assertThatThrownBy(() -> submitter.submit(Photo.number(1)))
                .isInstanceOf(StackOverflowError.class);
    }
}
