package io.flinkllava.flink.model;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

class SlotGpusTest {

    private final SlotGpus slots = new SlotGpus();

    @Test
    void slotsAreSpreadEvenly() {
        Map<Integer, Long> slotsOfGpu =
                IntStream.range(0, 9)
                        .mapToObj(slot -> slots.assign("slot" + slot, List.of(4, 2, 7)))
                        .collect(Collectors.groupingBy(gpu -> gpu, Collectors.counting()));
        assertThat(slotsOfGpu).isEqualTo(Map.of(2, 3L, 4, 3L, 7, 3L));
    }

    @Test
    void slotKeepsItsGpu() {
        int first = slots.assign("a", List.of(0, 1));
        slots.assign("b", List.of(0, 1));
        slots.assign("c", List.of(0, 1));
        assertThat(slots.assign("a", List.of(0, 1))).isEqualTo(first);
    }

    @Test
    void gpuThatWentAwayIsNotUsed() {
        slots.assign("a", List.of(0));
        assertThat(slots.assign("a", List.of(1))).isEqualTo(1);
    }

    @Test
    void slotsOfLongAgoDoNotWeigh() {
        for (int slot = 0; slot < 256; slot++) {
            slots.assign("old" + slot, List.of(0));
        }
        for (int slot = 0; slot < 256; slot++) {
            slots.assign("new" + slot, List.of(1));
        }
        assertThat(slots.assign("newest", List.of(0, 1))).isZero();
    }
}
