package io.flinkllava.runtime.checkpoint;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;

/**
 * Unmaps files at once. Java does it when the garbage collector comes by, and until then a
 * checkpoint counts twice in resident memory: once mapped, once in the session.
 */
public final class MappedMemory {

    private static final Logger LOG = LoggerFactory.getLogger(MappedMemory.class);
    private static final MethodHandle INVOKE_CLEANER = findCleaner();

    private MappedMemory() {}

    /** Unmaps a buffer, which nobody may touch any more. */
    public static void release(ByteBuffer mapped) {
        if (INVOKE_CLEANER == null) {
            return;
        }
        try {
            INVOKE_CLEANER.invokeExact(mapped);
        } catch (Throwable e) {
            LOG.debug("A file stays mapped until the next garbage collection", e);
        }
    }

    private static MethodHandle findCleaner() {
        try {
            // By name, since javac warns of every mention of the class.
            Class<?> unsafe = Class.forName("sun.misc.Unsafe");
            Field instance = unsafe.getDeclaredField("theUnsafe");
            instance.setAccessible(true);
            return MethodHandles.lookup()
                    .findVirtual(
                            unsafe,
                            "invokeCleaner",
                            MethodType.methodType(void.class, ByteBuffer.class))
                    .bindTo(instance.get(null));
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("No way to unmap files at once", e);
            return null;
        }
    }
}
