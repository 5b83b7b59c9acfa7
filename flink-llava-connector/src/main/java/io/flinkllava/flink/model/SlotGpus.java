package io.flinkllava.flink.model;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Spreads the task slots of a process over its GPUs. Flink tells every slot of a TaskManager of all
 * GPUs of that TaskManager and assigns none.
 *
 * <p>A slot keeps its GPU, so that a restarted task finds its model where it left it. Only slots
 * with tasks that run are counted: those of a job that ended hold nothing.
 *
 * <p>Threading: all methods may be called from any thread.
 */
final class SlotGpus {

    /** Slots without tasks that are remembered; the oldest are forgotten first. */
    private static final int REMEMBERED_SLOTS = 256;

    private final Map<String, Integer> gpuOfSlot = new LinkedHashMap<>();
    private final Map<String, Integer> tasksOfSlot = new HashMap<>();

    /**
     * The GPU of this slot, for one more task of it: the one it had, or the one with the fewest
     * slots. The task gives it back with {@link #release}.
     */
    synchronized int take(String slot, Collection<Integer> gpus) {
        int gpu = assigned(slot, gpus);
        tasksOfSlot.merge(slot, 1, Integer::sum);
        return gpu;
    }

    /** A task of this slot ended. */
    synchronized void release(String slot) {
        tasksOfSlot.computeIfPresent(slot, (key, tasks) -> tasks == 1 ? null : tasks - 1);
        forgetOldest();
    }

    private int assigned(String slot, Collection<Integer> gpus) {
        Integer known = gpuOfSlot.get(slot);
        if (known != null && gpus.contains(known)) {
            return known;
        }
        int leastUsed =
                gpus.stream()
                        .min(Comparator.comparing(this::slotsOn).thenComparing(gpu -> gpu))
                        .orElseThrow();
        gpuOfSlot.put(slot, leastUsed);
        return leastUsed;
    }

    private long slotsOn(Integer gpu) {
        return tasksOfSlot.keySet().stream()
                .filter(slot -> gpu.equals(gpuOfSlot.get(slot)))
                .count();
    }

    private void forgetOldest() {
        List<String> idle =
                gpuOfSlot.keySet().stream().filter(slot -> !tasksOfSlot.containsKey(slot)).toList();
        if (idle.size() > REMEMBERED_SLOTS) {
            gpuOfSlot.remove(idle.get(0));
        }
    }
}
