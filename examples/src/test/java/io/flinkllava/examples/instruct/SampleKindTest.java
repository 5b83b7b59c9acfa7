package io.flinkllava.examples.instruct;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;

class SampleKindTest {

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 100, 4_000_000_000L})
    void anyRoundHasTheProportionOfThePaper(long first) {
        assertThat(count(first, 158))
                .isEqualTo(
                        Map.of(
                                SampleKind.CONVERSATION, 58L,
                                SampleKind.DETAIL, 23L,
                                SampleKind.REASONING, 77L));
    }

    @Test
    void fewSamplesHaveItNearly() {
        Map<SampleKind, Long> few = count(17, 20);

        assertThat(few.get(SampleKind.CONVERSATION)).isBetween(6L, 8L);
        assertThat(few.get(SampleKind.DETAIL)).isBetween(2L, 4L);
        assertThat(few.get(SampleKind.REASONING)).isBetween(9L, 11L);
    }

    private static Map<SampleKind, Long> count(long first, long samples) {
        return LongStream.range(first, first + samples)
                .mapToObj(SampleKind::of)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }
}
