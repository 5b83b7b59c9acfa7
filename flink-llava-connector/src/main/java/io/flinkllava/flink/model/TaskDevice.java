package io.flinkllava.flink.model;

import org.apache.flink.api.common.externalresource.ExternalResourceInfo;

import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.LlavaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;

/** Turns the device that was asked for into the one that a task uses. */
final class TaskDevice {

    private static final Logger LOG = LoggerFactory.getLogger(TaskDevice.class);
    private static final String INDEX_PROPERTY = "index";
    private static final AtomicBoolean FALLBACK_TOLD = new AtomicBoolean();
    private static final SlotGpus SLOT_GPUS = new SlotGpus();

    private TaskDevice() {}

    /**
     * Resolves {@code auto} to one of Flink's GPUs, if the runtime can use it, or the CPU where
     * Flink has none. A GPU that is named must be one of Flink's, if Flink has any; without them (a
     * local cluster) it is taken at its word.
     */
    static Device resolve(
            Device wanted, String slot, Collection<? extends ExternalResourceInfo> resources) {
        SortedSet<Integer> gpus = indexes(resources);
        return switch (wanted.kind()) {
            case CPU -> wanted;
            case AUTO -> gpus.isEmpty() ? cpu() : Device.auto(SLOT_GPUS.assign(slot, gpus));
            case GPU -> {
                if (!gpus.isEmpty() && !gpus.contains(wanted.index())) {
                    throw LlavaException.model(
                            "Device "
                                    + wanted
                                    + " is not one of the GPUs that Flink gave this TaskManager: "
                                    + gpus
                                    + ". Use one of these, or auto.");
                }
                yield wanted;
            }
        };
    }

    private static Device cpu() {
        // Once for a process: every subtask comes here.
        if (FALLBACK_TOLD.compareAndSet(false, true)) {
            LOG.info("Flink gave this TaskManager no GPU: device auto is the CPU");
        }
        return Device.CPU;
    }

    private static SortedSet<Integer> indexes(
            Collection<? extends ExternalResourceInfo> resources) {
        SortedSet<Integer> gpus = new TreeSet<>();
        for (ExternalResourceInfo resource : resources) {
            String index =
                    resource.getProperty(INDEX_PROPERTY)
                            .orElseThrow(
                                    () ->
                                            LlavaException.model(
                                                    "Flink's GPU resource "
                                                            + resource
                                                            + " has no property '"
                                                            + INDEX_PROPERTY
                                                            + "'; use Flink's GPUDriverFactory."));
            gpus.add(parse(index));
        }
        return gpus;
    }

    private static int parse(String index) {
        try {
            return Integer.parseInt(index.strip());
        } catch (NumberFormatException e) {
            throw LlavaException.model(
                    "Flink's GPU resource has the index '" + index + "', which is not a number.");
        }
    }
}
