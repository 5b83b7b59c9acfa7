package io.flinkllava.operators;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;

/** Flink inside the test's process, on the loopback interface only. */
final class LocalCluster {

    private LocalCluster() {}

    static MiniClusterExtension withSlots(int slots) {
        return withSlots(slots, new Configuration());
    }

    /** The same, with settings of its own. */
    static MiniClusterExtension withSlots(int slots, Configuration configuration) {
        configuration.setString("jobmanager.bind-host", "127.0.0.1");
        return new MiniClusterExtension(
                new MiniClusterResourceConfiguration.Builder()
                        .setConfiguration(configuration)
                        .setNumberTaskManagers(1)
                        .setNumberSlotsPerTaskManager(slots)
                        .build());
    }

    /** Settings of a job that fails if a type would be left to Kryo. */
    static Configuration noKryo() {
        Configuration configuration = new Configuration();
        configuration.setString("pipeline.generic-types", "false");
        return configuration;
    }

    /** The same, of a job that is restarted at once whenever it fails. */
    static Configuration restarting() {
        return restarting(Integer.MAX_VALUE);
    }

    /** The same, of a job that may fail so often. */
    static Configuration restarting(int times) {
        Configuration configuration = noKryo();
        configuration.setString("restart-strategy.type", "fixed-delay");
        configuration.setString("restart-strategy.fixed-delay.attempts", Integer.toString(times));
        configuration.setString("restart-strategy.fixed-delay.delay", "10 ms");
        return configuration;
    }
}
