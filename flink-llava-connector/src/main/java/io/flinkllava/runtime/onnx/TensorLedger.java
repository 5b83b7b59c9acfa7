package io.flinkllava.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import io.flinkllava.runtime.engine.StepExecutor.Transfers;
import io.flinkllava.runtime.memory.NativeLedger;
import io.flinkllava.runtime.memory.NativeLedger.Kind;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts native tensors, so that closing a model can tell whether one was left open, and the bytes
 * that went in and out.
 *
 * <p>Used by one thread, but for {@link #transfers}.
 */
final class TensorLedger {

    private final AtomicLong toDevice = new AtomicLong();
    private final AtomicLong fromDevice = new AtomicLong();
    private int open;

    OnnxTensor opened(OnnxTensor tensor) {
        open++;
        NativeLedger.opened(Kind.TENSOR);
        return tensor;
    }

    void close(OnnxTensor tensor) {
        open--;
        NativeLedger.closed(Kind.TENSOR);
        tensor.close();
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
