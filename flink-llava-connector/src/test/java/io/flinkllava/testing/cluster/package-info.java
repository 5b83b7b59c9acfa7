/**
 * Flink as processes, as people run it: a JobManager, TaskManagers, the SQL client and the SQL
 * gateway, all on 127.0.0.1, all from the jars that Maven has fetched.
 *
 * <p>Start reading at {@link io.flinkllava.testing.cluster.FlinkProcesses}. Nothing here waits for
 * time to pass: {@link io.flinkllava.testing.cluster.Eventually} looks again and again at what a
 * process shows, and fails with the logs if it never comes.
 */
package io.flinkllava.testing.cluster;
