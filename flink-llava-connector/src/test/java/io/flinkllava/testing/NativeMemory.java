package io.flinkllava.testing;

import io.flinkllava.runtime.memory.NativeLedger;
import io.flinkllava.runtime.memory.NativeLedger.Balance;
import io.flinkllava.testing.cluster.Eventually;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;

/** What this process has taken outside of its heap. */
public final class NativeMemory {

    private static final Path MAPPINGS = Path.of("/proc/self/smaps");

    /** Heaps of less than 32 GB, whose pointers are compressed, are mapped far below. */
    private static final long ABOVE_THE_HEAP = 1L << 40;

    private NativeMemory() {}

    /**
     * Waits for models that are closed by threads of their own: they are gone from a pool before
     * their memory is.
     */
    public static void awaitBalance(Balance expected) {
        Eventually.holds(
                "native objects are closed",
                Duration.ofMinutes(2),
                () -> "Expected " + expected + "\nbut is  " + NativeLedger.balance(),
                () -> NativeLedger.balance().equals(expected));
    }

    /**
     * Bytes of memory that are resident, the Java heap excluded: that grows and shrinks by itself.
     * Empty where the system does not tell.
     */
    public static OptionalLong resident() {
        try {
            long kilobytes = 0;
            boolean counts = false;
            for (String line : Files.readAllLines(MAPPINGS)) {
                int dash = line.indexOf('-');
                if (line.startsWith("Rss:")) {
                    String size = line.substring(4).strip();
                    kilobytes += counts ? Long.parseLong(size.split(" ", 2)[0]) : 0;
                } else if (dash > 0 && line.indexOf(':') > dash) {
                    long start = Long.parseUnsignedLong(line.substring(0, dash), 16);
                    counts = Long.compareUnsigned(start, ABOVE_THE_HEAP) > 0;
                }
            }
            return OptionalLong.of(kilobytes << 10);
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
