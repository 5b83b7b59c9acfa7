package io.flinkllava.runtime.onnx;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where tensors live: the device's memory for what stays, the host's for what goes in and out at
 * every step.
 *
 * <p>Used by one thread. Owns its native handles; memory that was taken here is given back here.
 */
final class DeviceContext implements AutoCloseable {

    private final OrtApi api;
    private final Pointer hostMemory;
    private final Pointer deviceMemory;
    private final Pointer allocator;
    private final Map<String, Pointer> names = new HashMap<>();
    private final AtomicLong toDevice = new AtomicLong();
    private int openValues;

    /**
     * Opens a context.
     *
     * @param session any session on the device: allocators belong to sessions, so it must stay open
     *     longer than this
     */
    DeviceContext(OrtApi api, OnnxDevice device, OnnxSession session) {
        this.api = api;
        this.hostMemory = api.createMemoryInfo("Cpu", 0);
        this.deviceMemory = api.createMemoryInfo(device.memoryName(), device.device().index());
        this.allocator = api.createAllocator(session.handle(), deviceMemory);
    }

    OrtApi api() {
        return api;
    }

    /** Takes device memory without clearing it. */
    Pointer allocate(long bytes) {
        return api.allocate(allocator, bytes);
    }

    void free(Pointer memory) {
        api.free(allocator, memory);
    }

    /** A tensor over device memory. */
    TensorView deviceTensor(Pointer memory, ElementType type, long... shape) {
        return view(deviceMemory, memory, type, shape);
    }

    /** A tensor over a direct buffer on the host. */
    TensorView hostTensor(ByteBuffer memory, ElementType type, long... shape) {
        return view(hostMemory, Native.getDirectBufferPointer(memory), type, shape);
    }

    private TensorView view(Pointer where, Pointer memory, ElementType type, long... shape) {
        Pointer value = api.createTensor(where, memory, type.bytes(shape), type, shape);
        openValues++;
        return new TensorView(this, value);
    }

    void release(TensorView tensor) {
        openValues--;
        api.releaseValue(tensor.value());
    }

    void copiedIn(long bytes) {
        toDevice.addAndGet(bytes);
    }

    /** Bytes that went to the device so far; may be asked from any thread. */
    long bytesToDevice() {
        return toDevice.get();
    }

    /** Tensors made and not yet released. */
    int openValues() {
        return openValues;
    }

    /** The name of an input or output as a C string. */
    Pointer name(String name) {
        return names.computeIfAbsent(
                name,
                text -> {
                    Memory memory = new Memory(text.length() + 1L);
                    memory.setString(0, text);
                    return memory;
                });
    }

    @Override
    public void close() {
        api.releaseAllocator(allocator);
        api.releaseMemoryInfo(deviceMemory);
        api.releaseMemoryInfo(hostMemory);
    }
}
