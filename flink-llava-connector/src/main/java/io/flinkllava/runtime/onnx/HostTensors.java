package io.flinkllava.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.engine.StepExecutor.Transfers;
import io.flinkllava.runtime.memory.NativeLedger;
import io.flinkllava.runtime.memory.NativeLedger.Kind;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Tensors of ONNX Runtime's Java binding. Those that are made here lie in memory of the system, not
 * in direct memory of Java's own as the binding would have it: Flink bounds that tightly ({@code
 * -XX:MaxDirectMemorySize}) for its network, and one row's cache may take more.
 *
 * <p>Counts what is open, so that closing a model can tell whether a tensor was left, and the bytes
 * that went in and out.
 *
 * <p>Used by one thread, but for {@link #transfers}.
 */
final class HostTensors {

    private final OrtEnvironment environment;
    private final OrtApi api = OrtApi.load();
    private final Map<OnnxTensor, Memory> memories = new HashMap<>();
    private final AtomicLong toDevice = new AtomicLong();
    private final AtomicLong fromDevice = new AtomicLong();
    private int open;

    HostTensors(OrtEnvironment environment) {
        this.environment = environment;
    }

    /**
     * Makes a tensor, to be closed here.
     *
     * @param contents writes the elements; the memory holds anything before
     */
    OnnxTensor create(ElementType type, Consumer<Memory> contents, long... shape) {
        long bytes = type.bytes(shape);
        // One byte at least: ONNX Runtime wants an address also for nothing.
        Memory memory = new Memory(Math.max(1, bytes));
        NativeLedger.allocated(Pointer.nativeValue(memory), memory.size());
        try {
            contents.accept(memory);
            OnnxTensor tensor =
                    OnnxTensor.createTensor(
                            environment, memory.getByteBuffer(0, bytes), shape, type.java());
            memories.put(tensor, memory);
            return opened(tensor);
        } catch (OrtException e) {
            free(memory);
            throw OnnxFailure.of(LlavaErrorCode.INTERNAL, "ONNX Runtime", e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            free(memory);
            throw e;
        }
    }

    /** Takes over a tensor that a run made, to be closed here. */
    OnnxTensor opened(OnnxTensor tensor) {
        open++;
        NativeLedger.opened(Kind.TENSOR);
        return tensor;
    }

    void close(OnnxTensor tensor) {
        open--;
        NativeLedger.closed(Kind.TENSOR);
        tensor.close();
        Memory memory = memories.remove(tensor);
        if (memory != null) {
            free(memory);
        }
    }

    private static void free(Memory memory) {
        NativeLedger.freed(Pointer.nativeValue(memory));
        memory.close();
    }

    /** Where the elements are, until the tensor is closed: the binding itself only copies them. */
    Pointer elements(OnnxTensor tensor) {
        return api.elements(tensor);
    }

    /** Tensors opened and not yet closed. */
    int open() {
        return open;
    }

    void copiedIn(long bytes) {
        toDevice.addAndGet(bytes);
    }

    void copiedOut(long bytes) {
        fromDevice.addAndGet(bytes);
    }

    Transfers transfers() {
        return new Transfers(toDevice.get(), fromDevice.get());
    }
}
