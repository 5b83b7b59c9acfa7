package io.flinkllava.examples.kafka;

import io.flinkllava.examples.LocalJar;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** The jar as users have it, beside a broker that outlives it. */
class StreamCaptionsRestartITCase {

    private static final Path SAMPLES = Path.of("tiny-llava/samples").toAbsolutePath();
    private static final int PICTURES = 300;

    @TempDir private Path folder;
    private final List<String> lines = new ArrayList<>();

    /**
     * The first process is killed while it captions, the second goes on where it was. The first
     * record is no picture, and in nobody's way.
     */
    @Test
    void captionsEachPictureOnceThoughItIsKilled() throws Exception {
        Path feed = Files.createDirectory(folder.resolve("feed"));
        for (int i = 0; i < PICTURES; i++) {
            Files.copy(SAMPLES.resolve("scene-01.png"), feed.resolve(i + ".png"));
        }
        try (LocalBroker broker = LocalBroker.start(Files.createDirectory(folder.resolve("b")))) {
            Topics topics = new Topics(broker.bootstrapServers(), "pictures", "captions", "dead");
            CaptionTopics.create(topics);
            try (CaptionTopics console = new CaptionTopics(topics)) {
                send(topics, "no Avro");
                console.feed(feed, false);

                LocalJar.Outcome first =
                        run(
                                "first",
                                process -> {
                                    lines.addAll(console.poll());
                                    if (lines.size() > 1) {
                                        process.destroyForcibly();
                                    }
                                },
                                broker);
                assertThat(lines).as(first.err()).hasSizeBetween(2, PICTURES);

                LocalJar.Outcome second =
                        run(
                                "second",
                                process -> {
                                    lines.addAll(console.poll());
                                    if (lines.size() > PICTURES) {
                                        process.destroy();
                                    }
                                },
                                broker);
                for (List<String> more = console.poll(); !more.isEmpty(); more = console.poll()) {
                    lines.addAll(more);
                }

                assertThat(lines).as(second.err()).hasSize(1 + PICTURES).doesNotHaveDuplicates();
                assertThat(lines)
                        .filteredOn(line -> line.matches("\\d+\\.png: .*green star"))
                        .hasSize(PICTURES);
                assertThat(lines)
                        .filteredOn(line -> line.startsWith("pictures-0@0: no caption: "))
                        .hasSize(1);
            }
        }
    }

    private static void send(Topics topics, String record) {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", topics.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            var unused =
                    producer.send(
                            new ProducerRecord<>(
                                    topics.pictures(), record.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private LocalJar.Outcome run(String name, LocalJar.Watch watch, LocalBroker broker)
            throws IOException, InterruptedException {
        return new LocalJar(Files.createDirectory(folder.resolve(name)))
                .run(
                        watch,
                        "stream-captions",
                        "--bootstrap-servers=" + broker.bootstrapServers(),
                        "--dead-letters=dead",
                        "--state=" + folder.resolve("state"),
                        "--checkpoint-interval=100");
    }
}
