package io.flinkllava.udfs.module;

import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;

import io.flinkllava.runtime.pool.ModelPool;
import io.flinkllava.runtime.pool.PooledModel;
import io.flinkllava.testing.Golden;
import io.flinkllava.testing.GoldenRequest;
import io.flinkllava.udfs.SqlCluster;
import io.flinkllava.udfs.SqlSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The module's functions with a real model. */
class ModuleITCase {

    private static final String CHECKPOINT = "llava15";

    @RegisterExtension static final MiniClusterExtension CLUSTER = SqlCluster.withSlots(2);

    private static String picture;

    @BeforeAll
    static void readPicture() throws IOException {
        picture = SqlSession.literal(Files.readAllBytes(Golden.image("img0.png")));
    }

    private static SqlSession load(SqlSession sql, String... more) {
        List<String> options =
                new ArrayList<>(
                        List.of(
                                "model", SqlSession.checkpoint(CHECKPOINT),
                                "device", "cpu",
                                "max-sequence-length", "512",
                                "max-new-tokens", "24"));
        options.addAll(List.of(more));
        sql.run("LOAD MODULE llava " + SqlSession.with(options.toArray(String[]::new)));
        return sql;
    }

    @ParameterizedTest
    @ValueSource(strings = {"streaming", "batch"})
    void answersAreThoseOfTransformersInBothModes(String mode) {
        List<GoldenRequest> golden = SqlSession.questions(CHECKPOINT);
        SqlSession sql = load(SqlSession.inMode(mode)).view("photos", golden);
        assertThat(sql.run("SELECT id, LLAVA_ASK(image, question) FROM photos"))
                .containsExactlyInAnyOrderElementsOf(
                        golden.stream().map(one -> Row.of(one.id(), one.text())).toList());
    }

    @Test
    void theTableFunctionAnswersWithManyRowsInFlight() {
        List<GoldenRequest> golden = SqlSession.questions(CHECKPOINT);
        SqlSession sql = load(SqlSession.streaming()).view("photos", golden);
        assertThat(
                        sql.run(
                                "SELECT id, answer, error, prompt_tokens FROM photos, LATERAL"
                                        + " TABLE(LLAVA_ASK_ROWS(image, question))"))
                .containsExactlyInAnyOrderElementsOf(
                        golden.stream()
                                .map(one -> Row.of(one.id(), one.text(), null, one.promptTokens()))
                                .toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"streaming", "batch"})
    void nullsAreNullFromScalarFunctionsAndErrorsInRows(String mode) {
        SqlSession sql = load(SqlSession.inMode(mode));
        sql.run(
                "CREATE TEMPORARY VIEW photos AS SELECT * FROM (VALUES"
                        + " (1, CAST(NULL AS BYTES), 'What is this?'),"
                        + " (2, "
                        + picture
                        + ", CAST(NULL AS STRING)),"
                        + " (3, x'FFD8DEAD', 'What is this?')) AS t (id, image, question)");
        List<Row> rows =
                sql.run(
                        "SELECT id, LLAVA_ASK(image, question), t.answer, t.error_code, t.error FROM"
                                + " (SELECT id, image, question, LLAVA_TRY_ASK(image, question) AS"
                                + " t FROM photos)");
        rows.sort(Comparator.comparing(row -> row.<Integer>getFieldAs(0)));
        assertThat(rows).extracting(row -> row.getField(1)).containsOnlyNulls();
        assertThat(rows).extracting(row -> row.getField(2)).containsOnlyNulls();
        assertThat(rows).extracting(row -> row.getField(3)).containsOnly("INPUT");
        assertThat(rows.get(0).getField(4)).isEqualTo("The picture is NULL");
        assertThat(rows.get(1).getField(4)).isEqualTo("The question is NULL");
        assertThat(rows.get(2).<String>getFieldAs(4)).doesNotContain("DEAD");
    }

    @Test
    void picturesComeAsBytesByPathOneOrSeveral() {
        String file = Golden.image("img0.png").toString();
        SqlSession sql =
                load(
                        SqlSession.streaming(),
                        "allowed-prefixes",
                        Golden.image("img0.png").getParent().toString());
        sql.run("CREATE TEMPORARY VIEW photo AS SELECT " + picture + " AS image");
        Row row =
                sql.run(
                                "SELECT LLAVA_ASK(image, 'What is this?'), LLAVA_ASK('"
                                        + file
                                        + "', 'What is this?'), LLAVA_ASK(ARRAY[image], 'What is"
                                        + " this?'), LLAVA_ASK(ARRAY['"
                                        + file
                                        + "'], 'What is this?'), LLAVA_ASK_IMAGES(question =>"
                                        + " 'What is this?', images => ARRAY[image]),"
                                        + " LLAVA_CHAT(image, ARRAY[ROW('user', 'What is"
                                        + " this?')]), LLAVA_CAPTION(image, 'What is this?') FROM"
                                        + " photo")
                        .get(0);
        assertThat(row.<String>getFieldAs(0)).isNotBlank();
        for (int i = 1; i < row.getArity(); i++) {
            assertThat(row.getField(i)).as("column %s", i).isEqualTo(row.getField(0));
        }
    }

    @Test
    void conversationsAboutSeveralPicturesAreAnsweredAsByTransformers() {
        List<GoldenRequest> golden = SqlSession.conversations("interleave");
        SqlSession sql =
                load(
                                SqlSession.batch(),
                                "models.interleave.model",
                                SqlSession.checkpoint("interleave"))
                        .conversationView("talks", golden);
        assertThat(sql.run("SELECT id, LLAVA_CHAT(images, turns, 'interleave') FROM talks"))
                .containsExactlyInAnyOrderElementsOf(
                        golden.stream().map(one -> Row.of(one.id(), one.text())).toList());
    }

    @Test
    void aPictureOutsideOfTheAllowedFoldersIsAnError() {
        SqlSession sql = load(SqlSession.streaming());
        assertThat(
                        sql.run(
                                        "SELECT t.error_code FROM (SELECT LLAVA_TRY_ASK('"
                                                + Golden.image("img0.png")
                                                + "', 'What is this?') AS t FROM (VALUES (1)))")
                                .get(0))
                .isEqualTo(Row.of("INPUT"));
    }

    @Test
    void oneModuleAsksSeveralModels() {
        SqlSession sql =
                load(
                        SqlSession.streaming(),
                        "models.short.max-new-tokens",
                        "1",
                        "models.gqa.model",
                        SqlSession.checkpoint("llava15_gqa"));
        sql.run(
                "CREATE TEMPORARY VIEW photos AS SELECT "
                        + picture
                        + " AS image, model FROM (VALUES ('short'), ('absent')) AS t (model)");
        assertThat(
                        sql.run(
                                "SELECT t.completion_tokens = 1, t.model_version LIKE 'llava15@%',"
                                        + " t.error FROM (SELECT LLAVA_TRY_ASK(image, 'What?',"
                                        + " model) AS t FROM photos)"))
                .containsExactlyInAnyOrder(
                        Row.of(true, true, null),
                        Row.of(null, false, "There is no model 'absent': there are [gqa, short]"));
        assertThat(
                        sql.run(
                                "SELECT t.model_version LIKE 'llava15_gqa@%' FROM (SELECT"
                                        + " LLAVA_TRY_ASK(image, 'What?', 'gqa') AS t FROM"
                                        + " photos)"))
                .containsOnly(Row.of(true));
    }

    /** Constants would be folded by a planner that opens the function to do so. */
    @Test
    void modelsAreNeverOpenedByThePlanner() {
        SqlSession sql = load(SqlSession.streaming(), "max-queued-requests", "999");
        sql.tables().explainSql("SELECT LLAVA_ASK(" + picture + ", 'What is this?')");
        assertThat(model(999)).isEmpty();
        assertThat(sql.run("SELECT LLAVA_ASK(" + picture + ", 'What is this?')")).hasSize(1);
        assertThat(model(999)).isPresent();
    }

    @Test
    void equalCallsRunOnce() {
        SqlSession sql = load(SqlSession.streaming(), "max-queued-requests", "998");
        sql.run("CREATE TEMPORARY VIEW photo AS SELECT " + picture + " AS image, 'a' AS q");
        sql.run(
                "SELECT LLAVA_ASK(image, q), UPPER(LLAVA_ASK(image, q)) FROM photo WHERE"
                        + " LLAVA_ASK(image, q) IS NOT NULL");
        assertThat(model(998).orElseThrow().counters().finished()).isEqualTo(1);
    }

    @Test
    void aRequestIsPlannedWithoutItsModel() {
        SqlSession sql = load(SqlSession.streaming(), "max-queued-requests", "997");
        GoldenRequest golden = SqlSession.questions(CHECKPOINT).get(0);
        sql.view("photos", List.of(golden));
        Row row =
                sql.run(
                                "SELECT p.prompt_tokens, p.image_tokens > 0, p.kv_mib > 0 FROM"
                                        + " (SELECT LLAVA_PLAN(i.width, i.height, question) AS p"
                                        + " FROM (SELECT IMAGE_INFO(image) AS i, question FROM"
                                        + " photos))")
                        .get(0);
        assertThat(row).isEqualTo(Row.of(golden.promptTokens(), true, true));
        assertThat(model(997)).isEmpty();
    }

    /** Models turn pictures before they cut them into tiles. */
    @Test
    void aPhotoThatLiesOnItsSideIsPlannedUpright() throws IOException {
        SqlSession sql = load(SqlSession.streaming());
        byte[] photo = Files.readAllBytes(Golden.image("rotated.jpg"));
        sql.run("CREATE TEMPORARY VIEW photo AS SELECT " + SqlSession.literal(photo) + " AS image");
        assertThat(
                        sql.run(
                                "SELECT i.width, i.height, i.orientation FROM (SELECT"
                                        + " IMAGE_INFO(image) AS i FROM photo)"))
                .containsExactly(Row.of(222, 333, 6));
    }

    @Test
    void aModelThatCannotBePlannedFailsTheJob() {
        SqlSession sql =
                load(
                        SqlSession.streaming(),
                        "models.gone.model",
                        "/no/such/llava",
                        "models.lost.model",
                        "/no/such/llava");
        assertThatThrownBy(
                        () ->
                                sql.run(
                                        "SELECT LLAVA_PLAN(w, 10, 'What?', m) FROM (VALUES (10,"
                                                + " 'gone'), (10, 'lost')) AS t (w, m)"))
                .rootCause()
                .hasMessageContaining("/no/such/llava");
    }

    @Test
    void picturesAreNotDecodedByThePlanner() {
        SqlSession sql = load(SqlSession.streaming());
        String plan =
                sql.tables()
                        .explainSql(
                                "SELECT IMAGE_INFO("
                                        + picture
                                        + ").width, IMAGE_RESIZE("
                                        + picture
                                        + ", 8, 5)");
        assertThat(plan.substring(plan.indexOf("== Optimized Execution Plan ==")))
                .contains("IMAGE_INFO(")
                .contains("IMAGE_RESIZE(");
    }

    @Test
    void picturesAreLookedIntoAndScaled() {
        SqlSession sql = load(SqlSession.batch());
        sql.run(
                "CREATE TEMPORARY VIEW photos AS SELECT image FROM (VALUES (x'0102'), ("
                        + picture
                        + "), (CAST(NULL AS BYTES))) AS t (image)");
        assertThat(
                        sql.run(
                                "SELECT i.format, i.width, i.height, s.width, s.height FROM (SELECT"
                                        + " IMAGE_INFO(image) AS i, IMAGE_INFO(IMAGE_RESIZE(image,"
                                        + " 8, 5)) AS s FROM photos)"))
                .containsExactlyInAnyOrder(
                        Row.of("PNG", 64, 64, 8, 5),
                        Row.of(null, null, null, null, null),
                        Row.of(null, null, null, null, null));
    }

    @Test
    void answersHaveTheFormThatIsAskedFor() {
        SqlSession sql = load(SqlSession.streaming());
        sql.run("CREATE TEMPORARY VIEW photo AS SELECT " + picture + " AS image");
        Row row =
                sql.run(
                                "SELECT LLAVA_CHOOSE(image, 'Which?', ARRAY['red', 'blue']),"
                                        + " LLAVA_EXTRACT(image, 'Is it red?', '{\"type\":"
                                        + " \"object\", \"properties\": {\"red\": {\"type\":"
                                        + " \"boolean\"}}, \"required\": [\"red\"]}'),"
                                        + " LLAVA_CHOOSE(image, 'Which?', ARRAY['a', 'a']) FROM"
                                        + " photo")
                        .get(0);
        assertThat(row.<String>getFieldAs(0)).isIn("red", "blue");
        assertThat(row.<String>getFieldAs(1)).isIn("{\"red\":true}", "{\"red\":false}");
        assertThat(row.getField(2)).isNull();
    }

    private static Optional<PooledModel> model(int queue) {
        return ModelPool.shared().models().stream()
                .filter(one -> one.key().options().limits().maxQueuedRequests() == queue)
                .findFirst();
    }
}
