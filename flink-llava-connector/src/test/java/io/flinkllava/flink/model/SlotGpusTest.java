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
                        .mapToObj(slot -> slots.take("slot" + slot, List.of(4, 2, 7)))
                        .collect(Collectors.groupingBy(gpu -> gpu, Collectors.counting()));
        assertThat(slotsOfGpu).isEqualTo(Map.of(2, 3L, 4, 3L, 7, 3L));
    }

    @Test
    void slotKeepsItsGpu() {
        int first = slots.take("a", List.of(0, 1));
        slots.take("b", List.of(0, 1));
        slots.take("c", List.of(0, 1));
        assertThat(slots.take("a", List.of(0, 1))).isEqualTo(first);
    }

    @Test
    void gpuThatWentAwayIsNotUsed() {
        slots.take("a", List.of(0));
        assertThat(slots.take("a", List.of(1))).isEqualTo(1);
    }

    @Test
    void slotsWithoutTasksDoNotWeigh() {
        for (int job = 0; job < 3; job++) {
            slots.take("ended" + job, List.of(0));
            slots.release("ended" + job);
        }
        slots.take("lives", List.of(1));
        assertThat(slots.take("new", List.of(0, 1))).isZero();
    }

    @Test
    void slotWeighsUntilItsLastTaskEnds() {
        slots.take("a", List.of(0));
        slots.take("a", List.of(0));
        slots.release("a");
        assertThat(slots.take("b", List.of(0, 1))).isEqualTo(1);
        slots.release("b");
        slots.release("a");
        assertThat(slots.take("c", List.of(0, 1))).isZero();
    }

    @Test
    void slotsOfLongAgoAreForgottenAndThoseInUseAreNot() {
        slots.take("in-use", List.of(7));
        for (int slot = 0; slot <= 256; slot++) {
            slots.take("old" + slot, List.of(7));
            slots.release("old" + slot);
        }
        assertThat(slots.take("in-use", List.of(0, 7))).isEqualTo(7);
        assertThat(slots.take("old256", List.of(0, 7))).isEqualTo(7);
        slots.release("old256");
        assertThat(slots.take("old0", List.of(0, 7))).isZero();
    }
}
