/**
 * Requests, answers and dead letters as Avro records, for topics, files and state. The records are
 * generated from {@code llava-records.avdl}; {@link io.flinkllava.flink.avro.RequestRecords} and
 * {@link io.flinkllava.flink.avro.AnswerRecords} turn them into the runtime's values and back.
 *
 * <p>Flink finds {@code AvroTypeInfo} for them by itself. Fields and symbols are only ever added,
 * so what an older version wrote can be read, and what a newer one wrote too.
 */
package io.flinkllava.flink.avro;
