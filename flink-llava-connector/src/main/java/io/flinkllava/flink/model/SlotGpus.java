package io.flinkllava.flink.model;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Spreads the task slots of a process over its GPUs. Flink tells every slot of a TaskManager of all
 * GPUs of that TaskManager and assigns none.
 *
 * <p>A slot keeps its GPU, so that a restarted task finds its model where it left it.
 *
 * <p>Threading: all methods may be called from any thread.
 */
final class SlotGpus {

    /** Slots that are remembered; the oldest are forgotten first. */
    private static final int REMEMBERED_SLOTS = 256;

    private final Map<String, Integer> gpuOfSlot = new LinkedHashMap<>();

    /** The GPU of this slot: the one it had, or the one with the fewest slots. */
    synchronized int assign(String slot, Collection<Integer> gpus) {
        Integer known = gpuOfSlot.get(slot);
        if (known != null && gpus.contains(known)) {
            return known;
        }
        int leastUsed =
                gpus.stream()
                        .min(Comparator.comparing(this::slotsOn).thenComparing(gpu -> gpu))
                        .orElseThrow();
        gpuOfSlot.put(slot, leastUsed);
        forgetOldest();
        return leastUsed;
    }

    private long slotsOn(Integer gpu) {
        return gpuOfSlot.values().stream().filter(gpu::equals).count();
    }

    private void forgetOldest() {
        if (gpuOfSlot.size() > REMEMBERED_SLOTS) {
            gpuOfSlot.remove(List.copyOf(gpuOfSlot.keySet()).get(0));
        }
    }
}
