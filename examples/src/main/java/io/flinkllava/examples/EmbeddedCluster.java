package io.flinkllava.examples;

import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import java.nio.file.Path;
import java.time.Duration;

/** A Flink cluster inside this process: small, reachable from this machine only, gone at exit. */
public final class EmbeddedCluster {

    private static final String LOOPBACK = "127.0.0.1";

    private EmbeddedCluster() {}

    /**
     * An environment whose jobs run in this process.
     *
     * @param parallelism slots of the cluster
     * @param workFolder where Flink keeps its temporary files; the caller removes it
     */
    public static StreamExecutionEnvironment environment(int parallelism, Path workFolder) {
        return environment(parallelism, workFolder, MemorySize.ZERO);
    }

    /**
     * The same, for jobs that sort.
     *
     * @param sorting memory for it, of each slot
     */
    public static StreamExecutionEnvironment environment(
            int parallelism, Path workFolder, MemorySize sorting) {
        return environment(parallelism, workFolder, sorting, new Configuration());
    }

    /** The same, for jobs whose state outlives them: where it goes and comes from is configured. */
    public static StreamExecutionEnvironment environment(
            int parallelism, Path workFolder, Configuration state) {
        return environment(parallelism, workFolder, MemorySize.ZERO, state);
    }

    private static StreamExecutionEnvironment environment(
            int parallelism, Path workFolder, MemorySize sorting, Configuration state) {
        Configuration config = new Configuration(state);
        config.set(CoreOptions.TMP_DIRS, workFolder.toString());
        config.set(WebOptions.TMP_DIR, workFolder.toString());
        config.set(CoreOptions.DEFAULT_PARALLELISM, parallelism);
        config.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        config.set(PipelineOptions.GENERIC_TYPES, false);
        listenOnLoopback(config);
        takeLittleMemory(config, parallelism);
        config.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, sorting.multiply(parallelism));
        reportOften(config);
        return StreamExecutionEnvironment.createLocalEnvironment(parallelism, config);
    }

    private static void listenOnLoopback(Configuration config) {
        config.set(JobManagerOptions.ADDRESS, LOOPBACK);
        // The blob server has no address of its own: it takes the job manager's.
        config.set(JobManagerOptions.BIND_HOST, LOOPBACK);
        config.set(TaskManagerOptions.HOST, LOOPBACK);
        config.set(TaskManagerOptions.BIND_HOST, LOOPBACK);
        config.set(RestOptions.ADDRESS, LOOPBACK);
        config.set(RestOptions.BIND_ADDRESS, LOOPBACK);
        config.set(RestOptions.BIND_PORT, "0");
        config.set(BlobServerOptions.PORT, "0");
    }

    /** Memory belongs to the model: rows here are paths and texts. */
    private static void takeLittleMemory(Configuration config, int parallelism) {
        MemorySize network = MemorySize.ofMebiBytes(8 + parallelism);
        config.set(TaskManagerOptions.NETWORK_MEMORY_MIN, network);
        config.set(TaskManagerOptions.NETWORK_MEMORY_MAX, network);
    }

    /** Accumulators travel with heartbeats, which must survive a machine that sleeps. */
    private static void reportOften(Configuration config) {
        config.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofSeconds(1));
        config.set(HeartbeatManagerOptions.HEARTBEAT_TIMEOUT, Duration.ofHours(1));
    }
}
