package io.flinkllava.udfs.cluster;

import io.flinkllava.testing.cluster.Footprint;

import static org.assertj.core.api.Assertions.assertThat;

/** What a process takes more than before. */
record Growth(Footprint before, Footprint after) {

    /** A class loader that is not let go costs more, and a native library a hundred times that. */
    private static final long METASPACE_KIB = 3 << 10;

    /** The heap that the collector has not given back yet moves by as much. */
    private static final long RESIDENT_KIB = 80 << 10;

    /** Those of Flink's pools that had no work before. */
    static final int THREADS = 12;

    private static final int FILES = 4;

    static Growth between(Footprint before, Footprint after) {
        return new Growth(before, after);
    }

    void assertFlat(String process) {
        String what = process + " from " + before + " to " + after;
        assertThat(after.metaspaceKib() - before.metaspaceKib())
                .as("metaspace of " + what)
                .isLessThan(METASPACE_KIB);
        assertThat(after.residentKib() - before.residentKib())
                .as("resident memory of " + what)
                .isLessThan(RESIDENT_KIB);
        assertThat(after.threads() - before.threads()).as("threads of " + what).isLessThan(THREADS);
        assertThat(after.llavaThreads())
                .as("our threads of " + what)
                .isLessThanOrEqualTo(before.llavaThreads());
        assertThat(after.libraries()).as("libraries of " + what).isEqualTo(before.libraries());
        assertThat(after.temporaryFiles() - before.temporaryFiles())
                .as("temporary files of " + what)
                .isLessThan(FILES);
    }
}
