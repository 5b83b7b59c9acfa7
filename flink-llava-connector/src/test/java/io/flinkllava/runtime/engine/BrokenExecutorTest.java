package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** Engines whose executor breaks for good. */
@Timeout(60)
class BrokenExecutorTest {

    private static final EngineLimits LIMITS =
            new EngineLimits(4, 64, 40, Duration.ZERO, 100, true);

    private final ScriptedExecutor sound = new ScriptedExecutor();
    private final AtomicBoolean prefillBreaks = new AtomicBoolean();
    private final AtomicBoolean decodeBreaks = new AtomicBoolean();
    private final AtomicBoolean releaseBreaks = new AtomicBoolean();
    private Supplier<Throwable> fault =
            () -> new BrokenExecutorException(LlavaErrorCode.UNAVAILABLE, "device lost", null);

    @Test
    void aLostDeviceInPrefillEndsTheEngine() {
        prefillBreaks.set(true);
        assertAllFail(LlavaErrorCode.UNAVAILABLE, "device lost");
    }

    @Test
    void aLostDeviceInDecodeEndsTheEngine() {
        decodeBreaks.set(true);
        assertAllFail(LlavaErrorCode.UNAVAILABLE, "device lost");
    }

    /** The first had its answer already, but nobody had been told. */
    @Test
    void aDeviceLostWhenARowIsGivenBackLosesNoAnswer() {
        releaseBreaks.set(true);
        assertAllFail(LlavaErrorCode.UNAVAILABLE, "device lost");
    }

    @Test
    void anErrorEndsTheEngine() {
        decodeBreaks.set(true);
        fault = () -> new NoClassDefFoundError("gone");
        assertAllFail(LlavaErrorCode.UNAVAILABLE, "The engine stopped");
    }

    @Test
    void memoryThatIsNotEnoughForASingleRowEndsTheEngine() {
        decodeBreaks.set(true);
        fault = () -> new LlavaException(LlavaErrorCode.CAPACITY, "out of memory");
        assertAllFail(LlavaErrorCode.CAPACITY, "out of memory");
    }

    /** The others need no more than they have. */
    @Test
    void memoryThatIsNotEnoughForAPromptFailsThatPromptAlone() {
        fault = () -> new LlavaException(LlavaErrorCode.CAPACITY, "out of memory");
        try (GenerationEngine engine = start()) {
            prefillBreaks.set(true);
            assertFails(
                    Requests.submit(engine, request(1)), LlavaErrorCode.CAPACITY, "out of memory");
            prefillBreaks.set(false);
            assertThat(Requests.submit(engine, request(2)).join().tokenIds()).hasSize(5);
            assertThat(engine.isRunning()).isTrue();
        }
    }

    private void assertAllFail(LlavaErrorCode code, String message) {
        try (GenerationEngine engine = start()) {
            List<CompletableFuture<Generation>> inside =
                    Stream.of(1, 2, 3, 4, 5, 6)
                            .map(i -> Requests.submit(engine, request(i)))
                            .toList();
            inside.forEach(answer -> assertFails(answer, code, message));
            assertThat(engine.isRunning()).isFalse();
            assertFails(Requests.submit(engine, request(7)), code, message);
        }
        assertThat(sound.isClosed()).isTrue();
    }

    private static void assertFails(
            CompletableFuture<Generation> answer, LlavaErrorCode code, String message) {
        CompletionException failure = catchThrowableOfType(CompletionException.class, answer::join);
        assertThat(failure.getCause())
                .isInstanceOfSatisfying(
                        LlavaException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message);
    }

    private static GenerationRequest request(int token) {
        return Requests.of(new Prompt(new int[] {token}), 5, 5, Set.of());
    }

    private GenerationEngine start() {
        InvocationHandler handler =
                (proxy, method, arguments) -> {
                    boolean breaks =
                            switch (method.getName()) {
                                case "prefill" -> prefillBreaks.get();
                                case "decode" -> decodeBreaks.get();
                                case "release" -> releaseBreaks.get();
                                default -> false;
                            };
                    if (breaks) {
                        throw fault.get();
                    }
                    return method.invoke(sound, arguments);
                };
        StepExecutor breaking =
                (StepExecutor)
                        Proxy.newProxyInstance(
                                getClass().getClassLoader(),
                                new Class<?>[] {StepExecutor.class},
                                handler);
        return GenerationEngine.start("breaking", breaking, LIMITS, System::nanoTime);
    }
}
