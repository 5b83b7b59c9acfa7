package io.flinkllava.operators;

import io.flinkllava.runtime.LlavaErrorCode;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RetryPolicyTest {

    private static final RetryPolicy EXACT =
            RetryPolicy.DEFAULT
                    .withPauses(Duration.ofMillis(100), Duration.ofSeconds(2))
                    .withSpread(0);

    @Test
    void onlyWhatMayPassIsTriedAgain() {
        assertThat(EXACT.retries(LlavaErrorCode.UNAVAILABLE, 1)).isTrue();
        assertThat(EXACT.retries(LlavaErrorCode.CAPACITY, 2)).isTrue();
        assertThat(EXACT.retries(LlavaErrorCode.CAPACITY, 3)).isFalse();
        assertThat(EXACT.retries(LlavaErrorCode.INPUT, 1)).isFalse();
        assertThat(EXACT.retries(LlavaErrorCode.MODEL, 1)).isFalse();
        assertThat(RetryPolicy.NONE.retries(LlavaErrorCode.UNAVAILABLE, 1)).isFalse();
    }

    @Test
    void pausesGrowUpToTheLongest() {
        assertThat(LongStream.rangeClosed(1, 5).map(n -> EXACT.pauseMillis((int) n, 42)))
                .containsExactly(100L, 400L, 1600L, 2000L, 2000L);
    }

    @Test
    void spreadIsARequestsOwnAndAlwaysTheSame() {
        RetryPolicy spread = EXACT.withSpread(0.5);
        long[] pauses = LongStream.range(0, 100).map(id -> spread.pauseMillis(2, id)).toArray();
        assertThat(LongStream.range(0, 100).map(id -> spread.pauseMillis(2, id)))
                .containsExactly(LongStream.of(pauses).boxed().toArray(Long[]::new));
        assertThat(LongStream.of(pauses)).allMatch(pause -> pause >= 200 && pause <= 400);
        assertThat(LongStream.of(pauses).distinct().count()).isGreaterThan(50);
    }

    @Test
    void numbersAreChecked() {
        assertThatThrownBy(() -> EXACT.withMaxAttempts(0)).hasMessageContaining("max-attempts");
        assertThatThrownBy(() -> EXACT.withSpread(1.1)).hasMessageContaining("spread");
        assertThatThrownBy(() -> EXACT.withPauses(Duration.ofMillis(-1), Duration.ZERO))
                .hasMessageContaining("Pauses");
    }
}
