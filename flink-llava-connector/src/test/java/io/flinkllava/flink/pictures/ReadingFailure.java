package io.flinkllava.flink.pictures;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** How a reading failed. */
record ReadingFailure(LlavaErrorCode code, String message) {

    static ReadingFailure of(PictureReader reader, String uri) {
        LlavaException problem = catchThrowableOfType(LlavaException.class, () -> reader.read(uri));
        return new ReadingFailure(problem.code(), problem.getMessage());
    }
}
