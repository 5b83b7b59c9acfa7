package io.flinkllava.examples.kafka;

import io.flinkllava.examples.kafka.avro.Caption;
import io.flinkllava.examples.kafka.avro.Picture;
import io.flinkllava.flink.avro.DeadLetterRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/** The topics as those see them who send pictures and wait for captions. For one thread. */
final class CaptionTopics implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);

    private final Topics topics;
    private final KafkaConsumer<byte[], byte[]> consumer;

    /**
     * Listens to both outputs, for what comes from now on.
     *
     * @throws IOException if a topic is not there
     */
    CaptionTopics(Topics topics) throws IOException {
        this.topics = topics;
        Map<String, Object> client = Map.of("bootstrap.servers", topics.bootstrapServers());
        try (Admin admin = Admin.create(client)) {
            await(admin.describeTopics(topics.all()).allTopicNames(), "find the topics");
        }
        consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                topics.bootstrapServers(),
                                // What a transaction has not committed may still be taken back.
                                "isolation.level",
                                "read_committed"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
        List<TopicPartition> outputs =
                Stream.of(topics.captions(), topics.deadLetters())
                        .flatMap(topic -> consumer.partitionsFor(topic).stream())
                        .map(part -> new TopicPartition(part.topic(), part.partition()))
                        .toList();
        consumer.assign(outputs);
        consumer.seekToEnd(outputs);
        // The end is looked up when it is asked for: later it would be another.
        outputs.forEach(consumer::position);
    }

    /** Makes the topics, on a broker that has none. */
    static void create(Topics topics) throws IOException {
        Map<String, Object> client = Map.of("bootstrap.servers", topics.bootstrapServers());
        try (Admin admin = Admin.create(client)) {
            List<NewTopic> missing =
                    topics.all().stream()
                            .map(name -> new NewTopic(name, Optional.empty(), Optional.empty()))
                            .toList();
            await(admin.createTopics(missing).all(), "make the topics");
        }
    }

    private static void await(KafkaFuture<?> done, String what) throws IOException {
        try {
            done.get();
        } catch (ExecutionException e) {
            throw new IOException("Cannot " + what + ": " + e.getCause().getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted: cannot " + what);
        }
    }

    /**
     * Sends the pictures of a folder, by name.
     *
     * @param byUri whether to send where they are, and not what is in them
     * @return how many there were
     */
    int feed(Path folder, boolean byUri) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(folder)) {
            files = found.filter(CaptionTopics::isPicture).sorted().toList();
        }
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", topics.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            for (Path file : files) {
                Picture picture = picture(file, byUri);
                var unused = producer.send(new ProducerRecord<>(topics.pictures(), bytes(picture)));
            }
        }
        return files.size();
    }

    private static Picture picture(Path file, boolean byUri) throws IOException {
        Picture.Builder picture = Picture.newBuilder().setId(file.getFileName().toString());
        if (byUri) {
            picture.setUri(file.toRealPath().toString());
        } else {
            picture.setContent(ByteBuffer.wrap(Files.readAllBytes(file)));
        }
        return picture.build();
    }

    private static boolean isPicture(Path file) {
        return file.getFileName().toString().matches("(?i).*\\.(png|jpe?g|webp|gif|bmp|tiff?)");
    }

    /** What has come out since the last call, each as a line; waits a moment for something. */
    List<String> poll() throws IOException {
        List<String> lines = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            if (record.topic().equals(topics.captions())) {
                Caption caption = read(record.value(), new Caption());
                lines.add(caption.getId() + ": " + caption.getCaption());
            } else {
                DeadLetterRecord letter = read(record.value(), new DeadLetterRecord());
                lines.add(letter.getId() + ": no caption: " + letter.getFailure().getMessage());
            }
        }
        return lines;
    }

    static <T extends SpecificRecordBase> byte[] bytes(T value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new SpecificDatumWriter<T>(value.getSchema()).write(value, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }

    static <T extends SpecificRecordBase> T read(byte[] bytes, T into) throws IOException {
        BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, null);
        T value = new SpecificDatumReader<T>(into.getSchema()).read(into, decoder);
        if (!decoder.isEnd()) {
            throw new IOException("bytes are left over behind it");
        }
        return value;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
