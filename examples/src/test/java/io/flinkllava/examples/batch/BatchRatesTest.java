package io.flinkllava.examples.batch;

import org.junit.jupiter.api.Test;

import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

class BatchRatesTest {

    @Test
    void tellsRates() {
        BatchCounts counts = BatchCounts.of(Map.of("rows", 120L, "tokens", 3840L, "errors", 0L));

        assertThat(new BatchRates(counts, 30, 7.94).line())
                .isEqualTo("120 rows, 4.00 rows/s, 128 tokens/s, mean batch 7.9");
    }

    @Test
    void tellsErrors() {
        assertThat(new BatchRates(new BatchCounts(1, 1, 0), 1, 0).line())
                .isEqualTo("1 row, 1 error, 1.00 rows/s, 0 tokens/s, mean batch 0.0");
    }

    @Test
    void beginsWithNothing() {
        assertThat(new BatchRates(BatchCounts.of(Map.of()), 0, 0).line())
                .isEqualTo("0 rows, 0.00 rows/s, 0 tokens/s, mean batch 0.0");
    }
}
