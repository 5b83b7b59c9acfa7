package io.flinkllava.runtime.onnx;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;

/** The two things of the C library that Java cannot do. */
final class CLibrary {

    private CLibrary() {}

    /** Sets an environment variable of this very process, unless it is set; not on Windows. */
    static void setEnvironment(String name, String value) {
        if (!Platform.isWindows()) {
            NativeLibrary.getInstance("c")
                    .getFunction("setenv")
                    .invokeInt(new Object[] {name, value, 0});
        }
    }

    /**
     * Has glibc give freed memory back to the system. It keeps what the loading or closing of a
     * model freed, hundreds of megabytes, for allocations that never come.
     */
    static void trimHeap() {
        if (Platform.isLinux()) {
            try {
                Function trim = NativeLibrary.getInstance("c").getFunction("malloc_trim");
                trim.invokeInt(new Object[] {0L});
            } catch (UnsatisfiedLinkError e) {
                // Not glibc: nothing to trim.
                return;
            }
        }
    }
}
