package io.flinkllava.runtime;

import io.flinkllava.runtime.LlavaAnswer.Failure;
import org.junit.jupiter.api.Test;

import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletionException;

import static org.assertj.core.api.Assertions.assertThat;

class LlavaAnswerTest {

    @Test
    void anExceptionSpeaksForItself() {
        assertThat(Failure.of(LlavaException.input("Too long."), LlavaErrorCode.INTERNAL))
                .isEqualTo(new Failure(LlavaErrorCode.INPUT, "Too long."));
        assertThat(Failure.of(new IllegalStateException("closed"), LlavaErrorCode.UNAVAILABLE))
                .isEqualTo(
                        new Failure(LlavaErrorCode.UNAVAILABLE, "IllegalStateException: closed"));
    }

    @Test
    void wrappersAreLookedInto() {
        Throwable wrapped =
                new CompletionException(new UncheckedIOException(new FileNotFoundException("a")));
        assertThat(Failure.of(wrapped, LlavaErrorCode.INTERNAL).message())
                .isEqualTo("FileNotFoundException: a");
        assertThat(Failure.of(new CompletionException(null), LlavaErrorCode.INTERNAL).message())
                .isEqualTo("CompletionException: null");
    }

    @Test
    void longMessagesAreCut() {
        String quoted = "\u00ff".repeat(5_000_000);
        assertThat(Failure.of(new IllegalArgumentException(quoted), LlavaErrorCode.INPUT).message())
                .hasSizeLessThan(600)
                .startsWith("IllegalArgumentException: \u00ff");
        assertThat(Failure.of(LlavaException.model(quoted), LlavaErrorCode.INPUT).message())
                .hasSizeLessThan(600);
    }
}
