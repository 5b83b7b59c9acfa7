package io.flinkllava.flink.files;

import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CloseableIterator;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/** Every file is one record, while the job fails and is restarted. */
class PictureFilesITCase {

    private static final int FILES = 40;

    @RegisterExtension static final MiniClusterExtension CLUSTER = cluster();

    @TempDir Path folder;

    @BeforeEach
    void noFaults() {
        FailingMap.FAULTS.set(0);
    }

    private static MiniClusterExtension cluster() {
        Configuration configuration = new Configuration();
        configuration.setString("jobmanager.bind-host", "127.0.0.1");
        return new MiniClusterExtension(
                new MiniClusterResourceConfiguration.Builder()
                        .setConfiguration(configuration)
                        .setNumberTaskManagers(1)
                        .setNumberSlotsPerTaskManager(2)
                        .build());
    }

    private static StreamExecutionEnvironment environment() {
        Configuration configuration = new Configuration();
        configuration.setString("pipeline.generic-types", "false");
        configuration.setString("restart-strategy.type", "fixed-delay");
        configuration.setString("restart-strategy.fixed-delay.attempts", "10");
        configuration.setString("restart-strategy.fixed-delay.delay", "10 ms");
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(2);
        return env;
    }

    private static SingleOutputStreamOperator<String> names(
            StreamExecutionEnvironment env, PictureFiles files) {
        return env.fromSource(files.build(), WatermarkStrategy.noWatermarks(), "files")
                .map(new FailingMap())
                .returns(Types.STRING);
    }

    /** Writes files of which each holds its own number. */
    private List<String> write(int from) throws IOException {
        List<String> names = new ArrayList<>();
        for (int i : IntStream.range(from, from + FILES).toArray()) {
            Path file = folder.resolve("nested" + i % 3 + "/" + i + ".png");
            Files.createDirectories(file.getParent());
            Path hidden = Files.write(folder.resolve("." + i), new byte[] {(byte) i});
            Files.move(hidden, file, StandardCopyOption.ATOMIC_MOVE);
            names.add(i + ".png " + (byte) i);
        }
        return names;
    }

    @Test
    void batch() throws Exception {
        List<String> written = write(0);
        StreamExecutionEnvironment env = environment();
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);

        List<String> read = names(env, PictureFiles.in(folder.toString())).executeAndCollect(1000);

        assertThat(read).containsExactlyInAnyOrderElementsOf(written);
    }

    @Test
    @SuppressWarnings("try") // Nobody interrupts a test.
    void watchedOverRestarts() throws Exception {
        StreamExecutionEnvironment env = environment();
        env.enableCheckpointing(20);
        PictureFiles files =
                PictureFiles.in(folder.toString()).monitorContinuously(Duration.ofMillis(20));
        List<String> written = new ArrayList<>();
        List<String> read = new ArrayList<>();

        // What comes out here is covered by a completed checkpoint, which the next fault goes back
        // to.
        try (CloseableIterator<String> names = names(env, files).executeAndCollect()) {
            for (int round = 0; round < 4; round++) {
                FailingMap.FAULTS.set(round == 0 ? 0 : 1);
                written.addAll(write(round * FILES));
                while (read.size() < written.size()) {
                    read.add(names.next());
                }
                assertThat(FailingMap.FAULTS).hasValue(0);
            }
        }

        assertThat(read).containsExactlyInAnyOrderElementsOf(written);
    }

    /** Shows name and content of a file, and fails in the middle as often as is planned. */
    private static final class FailingMap implements MapFunction<PictureFile, String> {

        private static final long serialVersionUID = 1L;
        private static final AtomicInteger FAULTS = new AtomicInteger();

        private int records;

        @Override
        public String map(PictureFile file) {
            if (++records % 10 == 0 && FAULTS.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                throw new IllegalStateException("planned");
            }
            String name = file.path().substring(file.path().lastIndexOf('/') + 1);
            return name + " " + file.content()[0];
        }
    }
}
