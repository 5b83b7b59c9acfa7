package io.flinkllava.runtime.graph;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class HeadPaddingTest {

    @ParameterizedTest
    @CsvSource({"2, 16", "12, 16", "16, 16", "20, 32", "24, 32", "64, 64", "72, 80", "100, 112"})
    void makesEachHalfAMultipleOfEight(int headDim, int padded) {
        assertThat(HeadPadding.padded(headDim)).isEqualTo(padded);
    }
}
