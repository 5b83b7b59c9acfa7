package io.flinkllava.examples.kafka;

import java.io.Serializable;
import java.util.List;

/**
 * Where the job reads and writes.
 *
 * @param bootstrapServers {@code host:port} of brokers, separated by commas
 * @param pictures topic of {@code Picture} records
 * @param captions topic of {@code Caption} records
 * @param deadLetters topic of {@code DeadLetterRecord} records
 */
record Topics(String bootstrapServers, String pictures, String captions, String deadLetters)
        implements Serializable {

    List<String> all() {
        return List.of(pictures, captions, deadLetters);
    }
}
