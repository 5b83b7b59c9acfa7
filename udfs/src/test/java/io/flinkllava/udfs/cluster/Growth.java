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

    /** What caches take until they are full. */
    private static final long METASPACE_KIB = 1 << 10;

    /** A class loader that is not let go costs more, and a native library a hundred times that. */
    private static final long METASPACE_KIB_OF_A_ROUND = 16;

    /** Of native memory; the heap is taken in full from the start. */
    private static final long RESIDENT_KIB = 24 << 10;

    /** The tests' small model costs sixteen times that if it is not closed. */
    private static final long RESIDENT_KIB_OF_A_ROUND = 256;

    /** Those of Flink's pools that had no work before. */
    static final int THREADS = 12;

    private static final int FILES = 4;
    private static final Duration LONGEST = Duration.ofMinutes(2);

    /** Begins to watch a process. */
    static Growth of(JavaProcess process) {
        return new Growth(process, process.footprint());
    }

    /**
     * Waits until the process is as large as it was, but for what caches may take.
     *
     * @param rounds of equal work since then; what each leaves behind adds up
     */
    void isFlat(String name, int rounds) {
        isFlat(name, rounds, 0);
    }

    /**
     * The same, where each round leaves files behind.
     *
     * @param files so many at most
     */
    void isFlat(String name, int rounds, int files) {
        AtomicReference<Footprint> last = new AtomicReference<>(before);
        Eventually.holds(
                name + " is as large as it was",
                LONGEST,
                () -> "From " + before + " to " + last.get(),
                () -> {
                    last.set(process.footprint());
                    return isFlat(last.get(), rounds, rounds * files);
                });
    }

    private boolean isFlat(Footprint after, int rounds, int files) {
        return after.metaspaceKib() - before.metaspaceKib()
                        < METASPACE_KIB + rounds * METASPACE_KIB_OF_A_ROUND
                && after.residentKib() - before.residentKib()
                        < RESIDENT_KIB + rounds * RESIDENT_KIB_OF_A_ROUND
                && after.threads() - before.threads() < THREADS
                && after.llavaThreads() <= before.llavaThreads()
                && after.libraries() == before.libraries()
                && after.temporaryFiles() - before.temporaryFiles() < FILES + files;
    }
}
