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

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** A Flink cluster inside this process: small, reachable from this machine only, gone at exit. */
public final class EmbeddedCluster {

    private static final String LOOPBACK = "127.0.0.1";

    private final int parallelism;
    private final Configuration config = new Configuration();

    private EmbeddedCluster(int parallelism) {
        this.parallelism = parallelism;
    }

    /**
     * A cluster to be.
     *
     * @param parallelism its slots
     * @param workFolder where Flink keeps its temporary files; the caller removes it
     */
    public static EmbeddedCluster of(int parallelism, Path workFolder) {
        EmbeddedCluster cluster = new EmbeddedCluster(parallelism);
        Configuration config = cluster.config;
        config.set(CoreOptions.TMP_DIRS, workFolder.toString());
        config.set(WebOptions.TMP_DIR, workFolder.toString());
        config.set(CoreOptions.DEFAULT_PARALLELISM, parallelism);
        config.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        config.set(PipelineOptions.GENERIC_TYPES, false);
        listenOnLoopback(config);
        takeLittleMemory(config, parallelism);
        reportOften(config);
        return cluster;
    }

    /** Its web UI is where the command line says. */
    public EmbeddedCluster withWebUi(WebUi ui) {
        config.set(RestOptions.BIND_PORT, String.valueOf(ui.port()));
        return this;
    }

    /**
     * Its jobs sort.
     *
     * @param perSlot memory for it
     */
    public EmbeddedCluster withSorting(MemorySize perSlot) {
        config.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, perSlot.multiply(parallelism));
        return this;
    }

    /** Its jobs go on with the state that is kept there, and keep theirs there. */
    public EmbeddedCluster withState(StateFolder state) throws IOException {
        config.addAll(state.configuration());
        return this;
    }

    /** An environment whose jobs run in this process. */
    public StreamExecutionEnvironment environment() {
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
        // Whoever has an account here reaches the web UI: nobody uploads jars to run.
        config.set(WebOptions.SUBMIT_ENABLE, false);
    }

    /** Memory belongs to the model: rows here are paths and texts. */
    private static void takeLittleMemory(Configuration config, int parallelism) {
        MemorySize network = MemorySize.ofMebiBytes(8 + parallelism);
        config.set(TaskManagerOptions.NETWORK_MEMORY_MIN, network);
        config.set(TaskManagerOptions.NETWORK_MEMORY_MAX, network);
        config.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ZERO);
    }

    /** Accumulators travel with heartbeats, which must survive a machine that sleeps. */
    private static void reportOften(Configuration config) {
        config.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofSeconds(1));
        config.set(HeartbeatManagerOptions.HEARTBEAT_TIMEOUT, Duration.ofHours(1));
    }
}
