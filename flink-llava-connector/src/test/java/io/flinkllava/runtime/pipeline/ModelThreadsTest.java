package io.flinkllava.runtime.pipeline;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class ModelThreadsTest {

    /** Whatever there is to prepare, and however long it takes. */
    @Test
    void tellsAnswersWhileEveryThreadPrepares() {
        ModelThreads threads = new ModelThreads("test", 1);
        CountDownLatch prepared = new CountDownLatch(1);
        for (int i = 0; i < 2000; i++) {
            threads.preparing().execute(() -> await(prepared));
        }
        CompletableFuture.runAsync(() -> {}, threads.telling()).join();
        prepared.countDown();
        threads.close();
    }

    @Test
    void knowsItsOwnThreads() {
        ModelThreads threads = new ModelThreads("test", 1);
        ModelThreads others = new ModelThreads("others", 1);
        for (ModelThreads each : new ModelThreads[] {threads, others}) {
            boolean own = each == threads;
            assertThat(CompletableFuture.supplyAsync(threads::areCalling, each.preparing()).join())
                    .isEqualTo(own);
            assertThat(CompletableFuture.supplyAsync(threads::areCalling, each.telling()).join())
                    .isEqualTo(own);
        }
        assertThat(threads.areCalling()).isFalse();
        threads.close();
        others.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void takesNothingOverFromWhoStartsThem() throws IOException {
        Thread caller = Thread.currentThread();
        ClassLoader before = caller.getContextClassLoader();
        ModelThreads threads = new ModelThreads("test", 1);
        try (URLClassLoader job = new URLClassLoader(new URL[0])) {
            caller.setContextClassLoader(job);
            CompletableFuture<ClassLoader> seen =
                    CompletableFuture.supplyAsync(
                            () -> Thread.currentThread().getContextClassLoader(),
                            threads.preparing());
            assertThat(seen.join()).isNotSameAs(job);
        } finally {
            caller.setContextClassLoader(before);
            threads.close();
        }
    }
}
