package io.flinkllava.flink.pictures;

import io.flinkllava.runtime.LlavaErrorCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import static org.assertj.core.api.Assertions.assertThat;

/** Threads of a reader in the hands of what they call. */
class PictureReaderTest {

    private static final int THREADS = 2;
    private static final String PICTURE =
            "data:image/png;base64," + Base64.getEncoder().encodeToString(new byte[] {1, 2, 3});

    private final CountDownLatch answers = new CountDownLatch(1);

    @AfterEach
    void answer() {
        answers.countDown();
    }

    @Test
    void errorOfAPluginIsThePicturesFailure() {
        HostResolver broken =
                host -> {
                    throw new NoClassDefFoundError("com/example/Plugin");
                };
        try (PictureReader reader = reader(Duration.ofMinutes(1), broken)) {
            for (int i = 0; i <= THREADS; i++) {
                ReadingFailure failure = ReadingFailure.of(reader, "http://img.test/a.png");
                assertThat(failure.code()).isEqualTo(LlavaErrorCode.INTERNAL);
                assertThat(failure.message()).contains("img.test/a.png", "NoClassDefFoundError");
            }
            assertThat(reader.read(PICTURE)).hasSize(3);
        }
    }

    @Test
    void whatWaitsFailsWhenAllThreadsHangAndIsReadAgainWhenTheyDoNot() {
        try (PictureReader reader = reader(Duration.ofMillis(20), this::hang)) {
            CompletableFuture<?> first = reader.readAsync("http://img.test/1.png");
            CompletableFuture<?> second = reader.readAsync("http://img.test/2.png");
            CompletableFuture<?> waiting = reader.readAsync(PICTURE);
            assertThat(List.of(failure(first), failure(second)))
                    .allMatch(message -> message.contains("read-limit"));
            assertThat(failure(waiting)).contains("all 2 threads", "do not answer");

            ReadingFailure next = ReadingFailure.of(reader, PICTURE);
            assertThat(next.code()).isEqualTo(LlavaErrorCode.UNAVAILABLE);
            assertThat(next.message()).contains("all 2 threads");

            answers.countDown();
            while (reader.readAsync(PICTURE).handle((read, problem) -> read).join() == null) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void threadThatHangsAloneHoldsNobodyUp() {
        try (PictureReader reader = reader(Duration.ofMillis(20), this::hang)) {
            assertThat(failure(reader.readAsync("http://img.test/1.png"))).contains("read-limit");
            while (reader.readAsync(PICTURE).handle((read, problem) -> read).join() == null) {
                Thread.onSpinWait();
            }
        }
    }

    /** Like a mount that is gone: neither an interrupt nor a time limit ends it. */
    private InetAddress[] hang(String host) {
        boolean interrupted = false;
        while (true) {
            try {
                answers.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return new InetAddress[] {InetAddress.getLoopbackAddress()};
    }

    private static String failure(CompletableFuture<?> reading) {
        return reading.handle((read, problem) -> problem.getMessage()).join();
    }

    private static PictureReader reader(Duration limit, HostResolver resolver) {
        return new PictureReader(
                PictureAccess.NONE.withHosts(List.of("img.test")).withReadLimit(limit),
                THREADS,
                resolver,
                null);
    }
}
