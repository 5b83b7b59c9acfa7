package io.flinkllava.runtime.memory;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much memory a process of this host can still take before something is swapped out or killed:
 * what Linux estimates ({@code MemAvailable}), or less where a control group (a container) is
 * bounded. Page cache counts as free, since it gives way.
 *
 * <p>The heap of this very process may grow into it, too.
 */
public final class HostMemory {

    private final Path root;

    HostMemory(Path root) {
        this.root = root;
    }

    /** In bytes. */
    public static long available() {
        return new HostMemory(Path.of("/")).free();
    }

    long free() {
        long host = number("proc/meminfo", "MemAvailable:\\s+(\\d+) kB").orElse(-1);
        if (host < 0) {
            return ((com.sun.management.OperatingSystemMXBean)
                            ManagementFactory.getOperatingSystemMXBean())
                    .getFreeMemorySize();
        }
        long version2 =
                group("memory.max", "memory.current", "memory.stat", "\\binactive_file (\\d+)");
        long version1 =
                group(
                        "memory/memory.limit_in_bytes",
                        "memory/memory.usage_in_bytes",
                        "memory/memory.stat",
                        "total_inactive_file (\\d+)");
        return Math.min(host * 1024, Math.min(version1, version2));
    }

    /** What a control group has left; all of the world where there is none, or no limit. */
    private long group(String limit, String usage, String statistics, String inactive) {
        OptionalLong most = number("sys/fs/cgroup/" + limit, "^(\\d+)");
        OptionalLong used = number("sys/fs/cgroup/" + usage, "^(\\d+)");
        if (most.isEmpty() || used.isEmpty()) {
            return Long.MAX_VALUE;
        }
        long cache = number("sys/fs/cgroup/" + statistics, inactive).orElse(0);
        return Math.max(0, most.getAsLong() - used.getAsLong() + cache);
    }

    private OptionalLong number(String file, String pattern) {
        try {
            Matcher line = Pattern.compile(pattern).matcher(Files.readString(root.resolve(file)));
            return line.find()
                    ? OptionalLong.of(Long.parseLong(line.group(1)))
                    : OptionalLong.empty();
        } catch (IOException | NumberFormatException e) {
            // Another system, or another version of control groups.
            return OptionalLong.empty();
        }
    }
}
