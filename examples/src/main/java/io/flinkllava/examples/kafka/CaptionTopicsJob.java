package io.flinkllava.examples.kafka;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.formats.avro.AvroSerializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.OutputTag;

import io.flinkllava.examples.kafka.avro.Caption;
import io.flinkllava.examples.kafka.avro.Picture;
import io.flinkllava.flink.avro.DeadLetterRecord;
import io.flinkllava.flink.pictures.PictureAccess;
import io.flinkllava.operators.DeadLetter;
import io.flinkllava.operators.ErrorPolicy;
import io.flinkllava.operators.Llava;
import io.flinkllava.operators.LlavaAsk;
import io.flinkllava.operators.LlavaResult;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.ModelOptions;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;

import java.time.Duration;
import java.util.Properties;

/**
 * The job of {@code stream-captions}: a topic of pictures -> captions -> a topic of captions, with
 * dead letters to a third. Each picture gives exactly one record that a reader of committed records
 * sees: what the job writes is a transaction of its checkpoints, and what it has read and not
 * written yet is part of them. Offsets that Kafka keeps of a group know nothing of the latter, so
 * they are where a job begins that has no state, and nothing else.
 *
 * @param access which pictures may be read by URI
 * @param model checkpoint folder
 */
record CaptionTopicsJob(
        Topics topics,
        PictureAccess access,
        String model,
        ModelOptions options,
        GenerationParameters generation) {

    private static final String GROUP = "flink-llava-captions";

    /** Brokers end transactions that are older; theirs allow 15 minutes at most by default. */
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofMinutes(15);

    void build(StreamExecutionEnvironment environment, Duration checkpointInterval) {
        environment.enableCheckpointing(checkpointInterval.toMillis());
        SingleOutputStreamOperator<Picture> pictures =
                environment
                        .fromSource(source(), WatermarkStrategy.noWatermarks(), "pictures")
                        .uid("pictures from " + topics.pictures())
                        .process(new PictureDecoder());
        SingleOutputStreamOperator<LlavaResult<Picture>> sent =
                ask(pictures.filter(picture -> !isReference(picture)), "captions")
                        .image(picture -> bytes(picture))
                        .answers();
        SingleOutputStreamOperator<LlavaResult<Picture>> named =
                ask(pictures.filter(picture -> isReference(picture)), "captions-by-uri")
                        .imageReference(Picture::getUri)
                        .pictureAccess(access)
                        .answers();
        sent.union(named)
                .map(result -> Captions.of(result))
                .sinkTo(sink(topics.captions(), Caption.class))
                .name("captions topic")
                .uid("captions to " + topics.captions());
        OutputTag<DeadLetter<Picture>> unanswered = DeadLetter.tag(pictures.getType());
        sent.getSideOutput(unanswered)
                .union(named.getSideOutput(unanswered))
                .map(letter -> Captions.of(letter))
                .union(pictures.getSideOutput(PictureDecoder.NO_PICTURES))
                .sinkTo(sink(topics.deadLetters(), DeadLetterRecord.class))
                .name("dead letters topic")
                .uid("dead letters to " + topics.deadLetters());
    }

    /** Bytes and references are steps of their own, which share the model of their slot. */
    private LlavaAsk<Picture> ask(DataStream<Picture> pictures, String name) {
        return Llava.ask(pictures)
                .model(model)
                .options(options)
                .generation(generation)
                .question(picture -> Captions.prompt(picture))
                .onError(ErrorPolicy.SIDE_OUTPUT)
                .unordered()
                .name(name)
                .uid(name);
    }

    private static boolean isReference(Picture picture) {
        return picture.getContent() == null && picture.getUri() != null;
    }

    /** The array behind a buffer may hold more than the picture. */
    static byte[] bytes(Picture picture) {
        if (picture.getContent() == null) {
            return null;
        }
        byte[] bytes = new byte[picture.getContent().remaining()];
        picture.getContent().duplicate().get(bytes);
        return bytes;
    }

    @SuppressWarnings("deprecation") // The connector asks for this very class.
    private KafkaSource<Arrival> source() {
        return KafkaSource.<Arrival>builder()
                .setBootstrapServers(topics.bootstrapServers())
                .setTopics(topics.pictures())
                .setGroupId(GROUP)
                .setStartingOffsets(
                        OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST))
                .setDeserializer(new Arrival.Schema())
                .build();
    }

    private <T extends SpecificRecord> KafkaSink<T> sink(String topic, Class<T> type) {
        Properties producer = new Properties();
        producer.setProperty(
                "transaction.timeout.ms", String.valueOf(TRANSACTION_TIMEOUT.toMillis()));
        // A dead letter is its picture and a little more.
        producer.setProperty(
                "max.request.size", String.valueOf(options.limits().maxImageBytes() + (1 << 20)));
        return KafkaSink.<T>builder()
                .setBootstrapServers(topics.bootstrapServers())
                .setKafkaProducerConfig(producer)
                .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                .setTransactionalIdPrefix(GROUP + "-" + topic)
                .setRecordSerializer(
                        KafkaRecordSerializationSchema.<T>builder()
                                .setTopic(topic)
                                .setValueSerializationSchema(
                                        AvroSerializationSchema.forSpecific(type))
                                .build())
                .build();
    }
}
