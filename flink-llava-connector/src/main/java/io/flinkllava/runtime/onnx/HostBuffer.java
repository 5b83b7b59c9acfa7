package io.flinkllava.runtime.onnx;

import com.sun.jna.Memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A buffer in native memory that grows to what was asked of it most. Not a direct buffer of Java's
 * own: Flink bounds these tightly ({@code -XX:MaxDirectMemorySize}) for its network.
 */
final class HostBuffer {

    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

    private ByteBuffer memory = NOTHING;

    /** At least so many bytes, with the position at 0; former contents are lost. */
    ByteBuffer ofSize(long bytes) {
        if (memory.capacity() < bytes) {
            // Room to grow, so that prompts of slowly rising length do not allocate each time.
            long roomy = Math.max(bytes, Math.min(Integer.MAX_VALUE, bytes + bytes / 4));
            // The buffer keeps the memory, which is freed when neither is reached any more.
            memory = new Memory(roomy).getByteBuffer(0, roomy).order(ByteOrder.nativeOrder());
        }
        return memory.clear();
    }
}
