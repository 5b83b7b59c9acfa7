package io.flinkllava.udfs.cluster;

import io.flinkllava.testing.cluster.Eventually;
import io.flinkllava.testing.cluster.Footprint;
import io.flinkllava.testing.cluster.JavaProcess;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What a process takes more than before. What is left behind stays; what a collector or a pool of
 * threads has not given back yet goes, so the process is looked at until it has.
 */
record Growth(JavaProcess process, Footprint before) {

    /** A class loader that is not let go costs more, and a native library a hundred times that. */
    private static final long METASPACE_KIB = 3 << 10;

    /** Of native memory; the heap is taken in full from the start. */
    private static final long RESIDENT_KIB = 80 << 10;

    /** Those of Flink's pools that had no work before. */
    static final int THREADS = 12;

    private static final int FILES = 4;
    private static final Duration LONGEST = Duration.ofMinutes(2);

    /** Begins to watch a process. */
    static Growth of(JavaProcess process) {
        return new Growth(process, process.footprint());
    }

    void isFlat(String name) {
        AtomicReference<Footprint> last = new AtomicReference<>(before);
        Eventually.holds(
                name + " is as large as it was",
                LONGEST,
                () -> "From " + before + " to " + last.get(),
                () -> {
                    last.set(process.footprint());
                    return isFlat(last.get());
                });
    }

    private boolean isFlat(Footprint after) {
        return after.metaspaceKib() - before.metaspaceKib() < METASPACE_KIB
                && after.residentKib() - before.residentKib() < RESIDENT_KIB
                && after.threads() - before.threads() < THREADS
                && after.llavaThreads() <= before.llavaThreads()
                && after.libraries() == before.libraries()
                && after.temporaryFiles() - before.temporaryFiles() < FILES;
    }
}
