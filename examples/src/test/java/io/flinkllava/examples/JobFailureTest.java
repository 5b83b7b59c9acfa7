package io.flinkllava.examples;

import io.flinkllava.runtime.LlavaException;
import org.junit.jupiter.api.Test;

import java.nio.file.NoSuchFileException;
import java.util.concurrent.ExecutionException;

import static org.assertj.core.api.Assertions.assertThat;

class JobFailureTest {

    @Test
    void findsWhatTheLibrarySays() {
        Exception cause = LlavaException.model("config.json is missing\n  in folder x");

        assertThat(JobFailure.line(new ExecutionException(new RuntimeException("job", cause))))
                .isEqualTo("config.json is missing in folder x");
    }

    @Test
    void namesTheRootOfAnythingElse() {
        Exception root = new IllegalStateException("no slot");

        assertThat(JobFailure.line(new ExecutionException(new RuntimeException("job", root))))
                .isEqualTo("IllegalStateException: no slot");
    }

    @Test
    void keepsTheFileOfAnIoError() {
        assertThat(JobFailure.line(new RuntimeException(new NoSuchFileException("/data/a"))))
                .isEqualTo("NoSuchFileException: /data/a");
    }
}
