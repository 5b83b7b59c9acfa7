package io.flinkllava.runtime.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A direct buffer that grows to what was asked of it most. */
final class HostBuffer {

    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

    private ByteBuffer memory = NOTHING;

    /** At least so many bytes, with the position at 0; former contents are lost. */
    ByteBuffer ofSize(long bytes) {
        if (memory.capacity() < bytes) {
            // Room to grow, so that prompts of slowly rising length do not allocate each time.
            long roomy = Math.min(Integer.MAX_VALUE, bytes + bytes / 4);
            memory =
                    ByteBuffer.allocateDirect(Math.toIntExact(Math.max(bytes, roomy)))
                            .order(ByteOrder.nativeOrder());
        }
        return memory.clear();
    }
}
