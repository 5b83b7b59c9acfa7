package io.flinkllava.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The network sockets of a process, as Linux shows them in {@code /proc}: file descriptors name
 * inodes, and {@code /proc/net} tells the addresses of each inode.
 */
public final class Sockets implements LocalJar.Watch {

    private static final List<String> TABLES = List.of("tcp", "tcp6", "udp", "udp6");
    private static final String LISTENING = "0A";

    private final Set<String> listening = new HashSet<>();
    private final Set<String> foreign = new HashSet<>();

    @Override
    public void look(ProcessHandle process) throws IOException {
        Set<String> inodes = inodes(process);
        for (String table : TABLES) {
            for (String row : rows(process, table)) {
                // sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode
                String[] fields = row.strip().split("\\s+", -1);
                if (inodes.contains("socket:[" + fields[9] + "]")) {
                    see(table, fields[1], fields[2], fields[3]);
                }
            }
        }
    }

    private void see(String table, String local, String remote, String state) {
        if (state.equals(LISTENING)) {
            listening.add(local);
        }
        if (!isLoopback(local) || !(isLoopback(remote) || isNone(remote))) {
            foreign.add(table + " " + local + " -> " + remote);
        }
    }

    /** Local addresses that were listened on. */
    public Set<String> listening() {
        return listening;
    }

    /** Sockets that reach beyond this machine, or can be reached from there. */
    public Set<String> foreign() {
        return foreign;
    }

    private static boolean isLoopback(String address) {
        return address.startsWith("0100007F:")
                || address.startsWith("0000000000000000FFFF00000100007F:")
                || address.startsWith("00000000000000000000000001000000:");
    }

    private static boolean isNone(String address) {
        return address.matches("0+:0000");
    }

    private static Set<String> inodes(ProcessHandle process) throws IOException {
        try (Stream<Path> descriptors = Files.list(proc(process).resolve("fd"))) {
            return descriptors.map(Sockets::target).collect(Collectors.toSet());
        } catch (NoSuchFileException ended) {
            return Set.of();
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closed) {
            return "";
        }
    }

    private static List<String> rows(ProcessHandle process, String table) throws IOException {
        try {
            List<String> lines = Files.readAllLines(proc(process).resolve("net").resolve(table));
            return lines.subList(1, lines.size());
        } catch (NoSuchFileException ended) {
            return List.of();
        }
    }

    private static Path proc(ProcessHandle process) {
        return Path.of("/proc", String.valueOf(process.pid()));
    }
}
