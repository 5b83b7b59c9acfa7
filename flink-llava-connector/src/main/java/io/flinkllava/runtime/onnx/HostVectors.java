package io.flinkllava.runtime.onnx;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.flinkllava.runtime.memory.NativeLedger;

import java.nio.FloatBuffer;

/** Vectors in native memory of the host, in float32: hundreds of megabytes are no heap's affair. */
final class HostVectors extends SharedFeatures {

    private final Memory memory;

    /** Copies what is left in the buffer. */
    HostVectors(FloatBuffer vectors) {
        memory = new Memory(ElementType.FLOAT32.bytes(vectors.remaining()));
        NativeLedger.allocated(Pointer.nativeValue(memory), memory.size());
        vectors().put(vectors.duplicate());
    }

    /** The vectors themselves, not to be read when they are closed. */
    FloatBuffer vectors() {
        return memory.getByteBuffer(0, memory.size()).asFloatBuffer();
    }

    @Override
    long bytes() {
        return memory.size();
    }

    @Override
    void free() {
        NativeLedger.freed(Pointer.nativeValue(memory));
        memory.close();
    }
}
