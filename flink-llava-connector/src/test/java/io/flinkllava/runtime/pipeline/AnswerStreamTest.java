package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.TokenListener;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import static org.assertj.core.api.Assertions.assertThat;

class AnswerStreamTest {

    @Test
    void anErrorWhileTheAnswerIsMadeIsItsAnswer() {
        CompletableFuture<LlavaAnswer> answer = new CompletableFuture<>();
        AnswerStream stream =
                new AnswerStream(Optional.empty(), TokenListener.NONE, answer, Runnable::run);

        stream.end(
                () -> {
                    throw new OutOfMemoryError("no room for the text");
                });

        assertThat(answer.join())
                .isInstanceOfSatisfying(
                        LlavaAnswer.Failure.class,
                        failure -> {
                            assertThat(failure.code()).isEqualTo(LlavaErrorCode.INTERNAL);
                            assertThat(failure.message()).contains("no room for the text");
                        });
    }

    @Test
    void whatIsBehindATaskThatThrowsRuns() {
        List<Runnable> threads = new ArrayList<>();
        List<String> ran = new ArrayList<>();
        InOrder order = new InOrder(threads::add);
        order.execute(
                () -> {
                    throw new LinkageError("gone");
                });
        order.execute(() -> ran.add("second"));
        threads.get(0).run();
        order.execute(() -> ran.add("third"));
        threads.get(1).run();

        assertThat(ran).containsExactly("second", "third");
    }
}
