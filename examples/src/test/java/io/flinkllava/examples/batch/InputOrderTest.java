package io.flinkllava.examples.batch;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;

class InputOrderTest {

    @Test
    void restoresAnyOrderAsSoonAsItCan() {
        List<Long> arrival = new ArrayList<>(LongStream.range(0, 500).boxed().toList());
        Collections.shuffle(arrival, new Random(7));
        InputOrder order = new InputOrder();
        List<Long> left = new ArrayList<>();
        List<Long> arrived = new ArrayList<>();

        for (long position : arrival) {
            order.add(new AnswerRow(position, ""));
            arrived.add(position);
            for (AnswerRow row = order.poll(); row != null; row = order.poll()) {
                left.add(row.position());
            }
            assertThat(arrived).doesNotContain((long) left.size());
        }

        assertThat(left).isEqualTo(LongStream.range(0, 500).boxed().toList());
    }
}
