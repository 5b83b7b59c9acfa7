package io.flinkllava.examples.watch;

import io.flinkllava.flink.files.PictureFile;
import io.flinkllava.operators.LlavaResult;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Instant;

import static org.assertj.core.api.Assertions.assertThat;

class WatchJobTest {

    @ParameterizedTest
    @CsvSource({
        "INPUT, false",
        "CAPACITY, true",
        "UNAVAILABLE, true",
        "MODEL, false",
        "INTERNAL, false"
    })
    void remembersWhichFailuresMayPass(LlavaErrorCode code, boolean passing) {
        PictureFile file =
                new PictureFile("file:/a/my photo.png", 1, Instant.EPOCH, new byte[0], null);

        Captioned caption =
                WatchJob.captioned(
                        new LlavaResult<>(
                                file, new LlavaAnswer.Failure(code, "no caption"), "tiny", ""));

        assertThat(caption.failed()).isTrue();
        assertThat(caption.passing()).isEqualTo(passing);
        assertThat(caption.path()).isEqualTo("/a/my photo.png");
    }
}
