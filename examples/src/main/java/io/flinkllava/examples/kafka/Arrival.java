package io.flinkllava.examples.kafka;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record as it lies in a topic. What it means is found out in the job: a source that cannot read
 * a record has no other way than to end.
 *
 * @param place topic, partition and offset
 */
public record Arrival(String place, byte[] value) {

    /** Takes records as they are; those without a value are passed over. */
    static final class Schema implements KafkaRecordDeserializationSchema<Arrival> {

        private static final long serialVersionUID = 1L;

        @Override
        public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Arrival> out) {
            if (record.value() != null) {
                String place = record.topic() + "-" + record.partition() + "@" + record.offset();
                out.collect(new Arrival(place, record.value()));
            }
        }

        @Override
        public TypeInformation<Arrival> getProducedType() {
            return TypeInformation.of(Arrival.class);
        }
    }
}
