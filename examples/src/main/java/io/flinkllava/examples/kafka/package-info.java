/**
 * Captions for a topic of pictures. Start at {@link io.flinkllava.examples.kafka.StreamCaptions};
 * the job is {@link io.flinkllava.examples.kafka.CaptionTopicsJob}. Schemas of the topics are in
 * {@code src/main/avro}.
 */
package io.flinkllava.examples.kafka;
