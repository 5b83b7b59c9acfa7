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

/**
 * The device that a task uses, until it closes this.
 *
 * @param release gives back what others count
 */
record TaskDevice(Device device, Runnable release) implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TaskDevice.class);
    private static final String INDEX_PROPERTY = "index";
    private static final AtomicBoolean FALLBACK_TOLD = new AtomicBoolean();
    private static final SlotGpus SLOT_GPUS = new SlotGpus();

    /**
     * Makes of the device that was asked for the one to use: resolves {@code auto} to one of
     * Flink's GPUs, if the runtime can use it, or the CPU where Flink has none. A GPU that is named
     * must be one of Flink's, if Flink has any; without them (a local cluster) it is taken at its
     * word.
     */
    static TaskDevice take(
            Device wanted, String slot, Collection<? extends ExternalResourceInfo> resources) {
        SortedSet<Integer> gpus = indexes(resources);
        return switch (wanted.kind()) {
            case CPU -> new TaskDevice(wanted, () -> {});
            case AUTO ->
                    gpus.isEmpty()
                            ? new TaskDevice(cpu(), () -> {})
                            : new TaskDevice(
                                    Device.auto(SLOT_GPUS.take(slot, gpus)),
                                    () -> SLOT_GPUS.release(slot));
            case GPU -> {
                if (!gpus.isEmpty() && !gpus.contains(wanted.index())) {
                    throw LlavaException.model(
                            "Device "
                                    + wanted
                                    + " is not one of the GPUs that Flink gave this TaskManager: "
                                    + gpus
                                    + ". Use one of these, or auto.");
                }
                yield new TaskDevice(wanted, () -> {});
            }
        };
    }

    @Override
    public void close() {
        release.run();
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
