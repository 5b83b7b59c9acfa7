package io.flinkllava.udfs.model;

import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;

import io.flinkllava.testing.Golden;
import io.flinkllava.testing.GoldenRequest;
import io.flinkllava.udfs.SqlCluster;
import io.flinkllava.udfs.SqlSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code ML_PREDICT} with a real model. */
class PredictITCase {

    @RegisterExtension static final MiniClusterExtension CLUSTER = SqlCluster.withSlots(2);

    private static final String CHECKPOINT = "llava15";
    private static final String ASK =
            "CREATE MODEL ask INPUT (image BYTES, question STRING)"
                    + " OUTPUT (answer STRING, error STRING, error_code STRING,"
                    + " finish_reason STRING, prompt_tokens INT, completion_tokens INT,"
                    + " model_version STRING, latency_ms BIGINT) "
                    + SqlSession.with(
                            "provider", "llava",
                            "model", SqlSession.checkpoint(CHECKPOINT),
                            "device", "cpu",
                            "max-sequence-length", "512",
                            "max-new-tokens", "24");

    @ParameterizedTest
    @CsvSource({"streaming, true", "streaming, false", "batch, true", "batch, false"})
    void answersAreThoseOfTransformers(String mode, String async) {
        List<GoldenRequest> golden = SqlSession.questions(CHECKPOINT);
        SqlSession sql = SqlSession.inMode(mode).view("photos", golden);
        sql.run(ASK);
        List<Row> rows =
                sql.run(
                        "SELECT id, answer, error, prompt_tokens, completion_tokens, finish_reason,"
                                + " model_version, latency_ms FROM ML_PREDICT(TABLE photos, MODEL"
                                + " ask, DESCRIPTOR(image, question), MAP['async', '"
                                + async
                                + "'])");
        Map<String, Row> byId =
                rows.stream()
                        .collect(Collectors.toMap(row -> row.<String>getFieldAs(0), row -> row));
        assertThat(byId).hasSize(golden.size());
        for (GoldenRequest expected : golden) {
            Row row = byId.get(expected.id());
            assertThat(row.getField(1)).as(expected.id()).isEqualTo(expected.text());
            assertThat(row.getField(2)).isNull();
            assertThat(row.getField(3)).isEqualTo(expected.promptTokens());
            assertThat(row.getField(4)).isEqualTo(expected.tokenIds().size());
            assertThat(row.<String>getFieldAs(5)).isIn("stop", "length");
            assertThat(row.<String>getFieldAs(6)).matches("llava15@[0-9a-f]{16}");
            assertThat(row.<Long>getFieldAs(7)).isNotNegative();
        }
    }

    /** One picture and several, one turn and several. */
    @ParameterizedTest
    @ValueSource(strings = {"llava15", "interleave", "next_vicuna"})
    void conversationsAboutPicturesAreAnsweredAsByTransformers(String checkpoint) {
        List<GoldenRequest> golden = SqlSession.conversations(checkpoint);
        SqlSession sql = SqlSession.streaming().conversationView("talks", golden);
        sql.run(
                "CREATE MODEL talk INPUT (images ARRAY<BYTES>, turns ARRAY<ROW<role STRING, content"
                        + " STRING>>) OUTPUT (answer STRING, error STRING, prompt_tokens INT) "
                        + SqlSession.with(
                                "provider", "llava",
                                "model", SqlSession.checkpoint(checkpoint),
                                "device", "cpu",
                                "max-sequence-length", "512",
                                "max-new-tokens", "24"));
        assertThat(
                        sql.run(
                                "SELECT id, answer, error, prompt_tokens FROM ML_PREDICT(TABLE"
                                        + " talks, MODEL talk, DESCRIPTOR(images, turns))"))
                .containsExactlyInAnyOrderElementsOf(
                        golden.stream()
                                .map(one -> Row.of(one.id(), one.text(), null, one.promptTokens()))
                                .toList());
    }

    @Test
    void whatIsWrongWithARowIsItsErrorAndStopsNothingElse() throws Exception {
        SqlSession sql = SqlSession.streaming();
        byte[] picture = Files.readAllBytes(Golden.image("img0.png"));
        sql.run(ASK);
        sql.run(
                "CREATE TEMPORARY VIEW photos AS SELECT * FROM (VALUES"
                        + " (1, CAST(NULL AS BYTES), 'What is this?'),"
                        + " (2, x'FFD8FFE0DEADBEEF', 'What is this?'),"
                        + " (3, "
                        + SqlSession.literal(picture)
                        + ", CAST(NULL AS STRING)),"
                        + " (4, "
                        + SqlSession.literal(picture)
                        + ", 'What is this?')) AS t (id, image, question)");
        List<Row> rows =
                sql.run(
                        "SELECT id, answer, error_code, error FROM ML_PREDICT(TABLE photos, MODEL"
                                + " ask, DESCRIPTOR(image, question))");
        assertThat(rows).extracting(row -> row.getField(0)).containsExactly(1, 2, 3, 4);
        assertThat(rows.get(0)).isEqualTo(Row.of(1, null, "INPUT", "The picture is NULL"));
        assertThat(rows.get(1).getField(2)).isEqualTo("INPUT");
        assertThat(rows.get(1).<String>getFieldAs(3)).doesNotContain("DEADBEEF");
        assertThat(rows.get(2)).isEqualTo(Row.of(3, null, "INPUT", "The question is NULL"));
        assertThat(rows.get(3).getField(1)).isNotNull();
        assertThat(rows.get(3).getField(3)).isNull();
    }

    @Test
    void choicesAreChosenAndTellTheirProbability() {
        SqlSession sql = SqlSession.batch().view("photos", SqlSession.questions(CHECKPOINT));
        sql.run(
                "CREATE MODEL choose INPUT (image BYTES, question STRING) OUTPUT (answer STRING,"
                        + " confidence DOUBLE, error STRING) "
                        + SqlSession.with(
                                "provider", "llava",
                                "model", SqlSession.checkpoint(CHECKPOINT),
                                "device", "cpu",
                                "task", "choose",
                                "choices", "red;green;blue"));
        List<Row> rows =
                sql.run(
                        "SELECT answer, confidence, error FROM ML_PREDICT(TABLE photos, MODEL"
                                + " choose, DESCRIPTOR(image, question))");
        assertThat(rows).isNotEmpty();
        for (Row row : rows) {
            assertThat(row.<String>getFieldAs(0)).isIn("red", "green", "blue");
            assertThat(row.<Double>getFieldAs(1)).isBetween(1 / 3.0, 1.0);
            assertThat(row.getField(2)).isNull();
        }
    }

    @Test
    void typedColumnsAreExtracted() {
        SqlSession sql = SqlSession.streaming().view("photos", SqlSession.questions(CHECKPOINT));
        sql.run(
                "CREATE MODEL looks INPUT (image BYTES) OUTPUT (red BOOLEAN COMMENT 'whether"
                        + " anything is red', what ROW<big BOOLEAN, flat BOOLEAN>, error STRING) "
                        + SqlSession.with(
                                "provider", "llava",
                                "model", SqlSession.checkpoint(CHECKPOINT),
                                "device", "cpu",
                                "task", "extract",
                                "max-new-tokens", "128"));
        List<Row> rows =
                sql.run(
                        "SELECT red, what, error FROM ML_PREDICT(TABLE photos, MODEL looks,"
                                + " DESCRIPTOR(image))");
        assertThat(rows).isNotEmpty();
        for (Row row : rows) {
            assertThat(row.getField(2)).isNull();
            assertThat(row.<Boolean>getFieldAs(0)).isNotNull();
            assertThat(row.<Row>getFieldAs(1).<Boolean>getFieldAs(1)).isNotNull();
        }
    }

    /** Flink's own timeout would fail the job. */
    @Test
    void aRequestThatIsLateFailsAlone() {
        List<GoldenRequest> golden = SqlSession.questions(CHECKPOINT);
        SqlSession sql = SqlSession.streaming().view("photos", golden);
        sql.run(ASK);
        assertThat(
                        sql.run(
                                "SELECT error_code, answer FROM ML_PREDICT(TABLE photos, MODEL ask,"
                                        + " DESCRIPTOR(image, question), MAP['request-timeout', '1"
                                        + " ns'])"))
                .hasSameSizeAs(golden)
                .containsOnly(Row.of("CAPACITY", null));
    }
}
