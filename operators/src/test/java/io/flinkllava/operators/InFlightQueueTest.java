package io.flinkllava.operators;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

class InFlightQueueTest {

    private final List<String> left = new ArrayList<>();

    @Test
    void orderedRequestsWaitForTheirElders() throws Exception {
        InFlightQueue<String> queue = new InFlightQueue<>(true);
        queue.add("a");
        queue.add("b");
        queue.add("c");

        queue.finish("c");
        queue.finish("b");
        assertThat(queue.hasNext()).isFalse();

        queue.finish("a");
        drain(queue);
        assertThat(left).containsExactly("a", "b", "c");
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void unorderedRequestsLeaveAsTheyFinish() throws Exception {
        InFlightQueue<String> queue = new InFlightQueue<>(false);
        queue.add("a");
        queue.add("b");
        queue.add("c");

        queue.finish("c");
        drain(queue);
        queue.finish("a");
        drain(queue);

        assertThat(left).containsExactly("c", "a");
        assertThat(queue.requests()).containsExactly("b");
        assertThat(queue.size()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingPassesAFence(boolean ordered) throws Exception {
        InFlightQueue<String> queue = new InFlightQueue<>(ordered);
        queue.add("a");
        fence(queue, "W1");
        queue.add("b");
        fence(queue, "W2");
        fence(queue, "W3");

        queue.finish("b");
        drain(queue);
        assertThat(left).isEmpty();

        queue.finish("a");
        drain(queue);
        assertThat(left).containsExactly("a", "W1", "b", "W2", "W3");
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void fenceOfAnEmptyQueueLeavesAtOnce() throws Exception {
        InFlightQueue<String> queue = new InFlightQueue<>(true);
        fence(queue, "W1");
        assertThat(queue.isEmpty()).isFalse();
        drain(queue);
        assertThat(left).containsExactly("W1");
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void requestFinishesOnce() throws Exception {
        InFlightQueue<String> queue = new InFlightQueue<>(true);
        queue.add("a");
        assertThat(queue.finish("a")).isTrue();
        assertThat(queue.finish("a")).isFalse();
        drain(queue);
        assertThat(queue.finish("a")).isFalse();
        assertThat(left).containsExactly("a");
    }

    @Test
    void equalRequestsAreToldApart() {
        InFlightQueue<Object> queue = new InFlightQueue<>(true);
        queue.add(new Photo(1, "?"));
        assertThat(queue.finish(new Photo(1, "?"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void keepsItsPromisesInRandomSchedules(long seed) throws Exception {
        Random random = new Random(seed);
        boolean ordered = random.nextBoolean();
        InFlightQueue<String> queue = new InFlightQueue<>(ordered);
        List<String> arrived = new ArrayList<>();
        List<String> running = new ArrayList<>();
        for (int step = 0; step < 600; step++) {
            int dice = random.nextInt(10);
            if (dice < 4) {
                String request = "r" + step;
                queue.add(request);
                arrived.add(request);
                running.add(request);
            } else if (dice < 5) {
                fence(queue, "W" + step);
                arrived.add("W" + step);
            } else if (dice < 9 && !running.isEmpty()) {
                queue.finish(running.remove(random.nextInt(running.size())));
            } else {
                queue.emitNext(left::add);
            }
            assertThat(queue.requests()).containsExactlyElementsOf(notLeft(arrived));
        }
        running.forEach(queue::finish);
        drain(queue);

        assertThat(queue.isEmpty()).isTrue();
        assertThat(left).containsExactlyInAnyOrderElementsOf(arrived);
        assertThat(stretches(left)).isEqualTo(stretches(arrived));
        if (ordered) {
            assertThat(left).isEqualTo(arrived);
        }
    }

    private List<String> notLeft(List<String> arrived) {
        Set<String> gone = new HashSet<>(left);
        return arrived.stream()
                .filter(item -> item.startsWith("r") && !gone.contains(item))
                .toList();
    }

    /** The requests between fences, without their order. */
    private static List<List<String>> stretches(List<String> items) {
        List<List<String>> stretches = new ArrayList<>();
        List<String> stretch = new ArrayList<>();
        for (String item : items) {
            if (item.startsWith("W")) {
                stretches.add(stretch.stream().sorted().toList());
                stretches.add(List.of(item));
                stretch.clear();
            } else {
                stretch.add(item);
            }
        }
        stretches.add(stretch.stream().sorted().toList());
        return stretches;
    }

    private void fence(InFlightQueue<String> queue, String name) {
        queue.fence(() -> left.add(name));
    }

    private void drain(InFlightQueue<String> queue) throws Exception {
        while (queue.hasNext()) {
            queue.emitNext(left::add);
        }
    }
}
