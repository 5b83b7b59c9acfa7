package io.flinkllava.runtime.memory;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

class HostMemoryTest {

    private static final String MEMINFO =
            "MemTotal:       24684092 kB\nMemFree:        18647420 kB\nMemAvailable:   2000 kB\n";

    @TempDir private Path root;

    @Test
    void isWhatLinuxEstimates() throws IOException {
        write("proc/meminfo", MEMINFO);
        assertThat(free()).isEqualTo(2000 * 1024);
    }

    @Test
    void isLessInABoundedContainerWhosePageCacheGivesWay() throws IOException {
        write("proc/meminfo", MEMINFO);
        write("sys/fs/cgroup/memory.max", "1000000\n");
        write("sys/fs/cgroup/memory.current", "700000\n");
        write("sys/fs/cgroup/memory.stat", "anon 1\ninactive_file 50000\nslab 7\n");
        assertThat(free()).isEqualTo(350_000);
    }

    @Test
    void isTheHostsInAContainerWithoutBounds() throws IOException {
        write("proc/meminfo", MEMINFO);
        write("sys/fs/cgroup/memory.max", "max\n");
        write("sys/fs/cgroup/memory.current", "700000\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        write("sys/fs/cgroup/memory/memory.usage_in_bytes", "700000\n");
        assertThat(free()).isEqualTo(2000 * 1024);
    }

    @Test
    void readsTheFirstVersionOfControlGroups() throws IOException {
        write("proc/meminfo", MEMINFO);
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "1000000\n");
        write("sys/fs/cgroup/memory/memory.usage_in_bytes", "900000\n");
        write("sys/fs/cgroup/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 2000\n");
        assertThat(free()).isEqualTo(102_000);
    }

    @Test
    void isSomethingOnThisMachine() {
        assertThat(HostMemory.available()).isPositive();
        assertThat(free()).as("without Linux").isPositive();
    }

    private long free() {
        return new HostMemory(root).free();
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
