package io.flinkllava.testing.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The configuration folders of a cluster: {@code conf} for its processes and {@code conf-client},
 * since the SQL client starts a gateway that must not want the JobManager's ports.
 */
final class FlinkConfiguration {

    /**
     * Small memory, quick to see that somebody has died. The memory of TaskManagers is said in
     * full, which saves the process that computes it in Flink's start scripts.
     */
    private static final Map<String, String> CLUSTER =
            Map.ofEntries(
                    Map.entry("jobmanager.bind-host", "127.0.0.1"),
                    Map.entry("jobmanager.memory.heap.size", "256m"),
                    Map.entry("rest.bind-address", "127.0.0.1"),
                    Map.entry("taskmanager.host", "127.0.0.1"),
                    Map.entry("taskmanager.bind-host", "127.0.0.1"),
                    Map.entry("taskmanager.cpu.cores", "2"),
                    Map.entry("taskmanager.memory.framework.heap.size", "64m"),
                    Map.entry("taskmanager.memory.task.heap.size", "320m"),
                    Map.entry("taskmanager.memory.framework.off-heap.size", "64m"),
                    Map.entry("taskmanager.memory.task.off-heap.size", "64m"),
                    Map.entry("taskmanager.memory.managed.size", "64m"),
                    Map.entry("taskmanager.memory.network.min", "32m"),
                    Map.entry("taskmanager.memory.network.max", "32m"),
                    Map.entry("taskmanager.memory.jvm-metaspace.size", "256m"),
                    Map.entry("taskmanager.memory.jvm-overhead.min", "64m"),
                    Map.entry("taskmanager.memory.jvm-overhead.max", "64m"),
                    // Full after a few jobs, so that threads that stay are seen.
                    Map.entry("cluster.io-pool.size", "2"),
                    Map.entry("heartbeat.interval", "1 s"),
                    Map.entry("heartbeat.timeout", "20 s"));

    private static final String LOGGING =
            """
            rootLogger.level = INFO
            rootLogger.appenderRef.console.ref = Console
            logger.types.name = org.apache.flink.api.java.typeutils
            logger.types.level = WARN
            appender.console.type = Console
            appender.console.name = Console
            appender.console.layout.type = PatternLayout
            appender.console.layout.pattern = %d{HH:mm:ss,SSS} %-5p %-40c{1} %m%n
            """;

    private FlinkConfiguration() {}

    static void write(Path folder, int rpcPort, int restPort, Map<String, String> wanted)
            throws IOException {
        Map<String, String> client = new TreeMap<>(wanted);
        client.put("jobmanager.rpc.address", "127.0.0.1");
        client.put("jobmanager.rpc.port", Integer.toString(rpcPort));
        client.put("rest.address", "127.0.0.1");
        client.put("rest.port", Integer.toString(restPort));
        client.put("sql-client.execution.result-mode", "tableau");
        Map<String, String> cluster = new TreeMap<>(CLUSTER);
        cluster.putAll(client);
        cluster.put("rest.bind-port", Integer.toString(restPort));
        write(folder.resolve("conf"), cluster);
        write(folder.resolve("conf-client"), client);
        Files.writeString(folder.resolve("conf/log4j2.properties"), LOGGING);
    }

    private static void write(Path folder, Map<String, String> configuration) throws IOException {
        Files.createDirectories(folder);
        Files.write(
                folder.resolve("config.yaml"),
                configuration.entrySet().stream()
                        .map(entry -> entry.getKey() + ": \"" + entry.getValue() + "\"")
                        .toList());
    }
}
