package io.flinkllava.udfs;

import org.apache.flink.test.junit5.MiniClusterExtension;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What users get wrong, and what they are told. */
class WrongUsageITCase {

    @RegisterExtension static final MiniClusterExtension CLUSTER = SqlCluster.withSlots(1);

    private static final String ASKED =
            "SELECT * FROM ML_PREDICT(TABLE photos, MODEL m, DESCRIPTOR(image, question)";

    private static SqlSession photos(String options) {
        return photos("image BYTES, question STRING", "answer STRING", options);
    }

    private static SqlSession photos(String input, String output, String options) {
        SqlSession sql = SqlSession.streaming();
        sql.run(
                "CREATE TEMPORARY VIEW photos AS SELECT x'00' AS image, 'What?' AS question, 7 AS"
                        + " number, 'a' AS hint, ARRAY['a'] AS hints, 'b' AS path, 'c' AS"
                        + " image2_path");
        sql.run(
                "CREATE MODEL m INPUT ("
                        + input
                        + ") OUTPUT ("
                        + output
                        + ") WITH ('provider' = 'llava', "
                        + options
                        + ")");
        return sql;
    }

    private static void isRefused(SqlSession sql, String query, String... messages) {
        var refusal = assertThatThrownBy(() -> sql.tables().explainSql(query));
        for (String message : messages) {
            refusal.hasStackTraceContaining(message);
        }
    }

    @Test
    void allWrongOptionsAreNamedTogether() {
        isRefused(
                photos("'modell' = '/m', 'device' = 'tpu', 'max-batch-size' = '0', 'top-p' = '2'"),
                ASKED + ")",
                "Model default_catalog.default_database.m: ",
                "'model' is missing: give the checkpoint folder",
                "Unknown device 'tpu': use auto, cpu or gpu:N",
                "max-batch-size is 0, it must be at least 1",
                "top-p is 2.0, it must be above 0, up to 1",
                "unknown options [modell]; there are [");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "number INT, question STRING | answer STRING | 'task' = 'ask'"
                        + "| INPUT column 'number' is INT: give a picture (BYTES or STRING or",
                "image BYTES, question STRING | reply STRING | 'task' = 'ask'"
                        + "| OUTPUT column 'reply' is unknown: there are answer, error, error_code,",
                "image BYTES, question STRING | answer INT | 'task' = 'ask'"
                        + "| OUTPUT column 'answer' is INT, it must be STRING",
                "image BYTES, question STRING | answer STRING NOT NULL | 'task' = 'ask'"
                        + "| OUTPUT column 'answer' is NOT NULL, but a row that fails has none",
                "image BYTES, question STRING | answer STRING | 'task' = 'choose'"
                        + "| there is nothing to choose from: set the option 'choices', or add",
                "image BYTES, question STRING | answer STRING | 'task' = 'choose', 'choices' = 'a;a'"
                        + "| choices: A choice occurs twice: give each once",
                "image BYTES, question STRING | answer STRING | 'task' = 'ask', 'choices' = 'a;b'"
                        + "| choices are given, but 'task' is 'ask': use 'choose'",
                "image BYTES, question STRING | answer STRING | 'task' = 'extract'"
                        + "| OUTPUT names nothing to extract: declare a column for each value",
                "image BYTES, question STRING | seen DATE | 'task' = 'extract'"
                        + "| OUTPUT column 'seen' is DATE, which cannot be extracted: use STRING,",
                "image BYTES, image2_path STRING | answer STRING | 'task' = 'caption'"
                        + "| INPUT columns 'image' and 'image2_path' are both the picture: keep one",
                "question STRING, hint STRING | answer STRING | 'task' = 'ask'"
                        + "| INPUT columns 'question' and 'hint' are both the question: keep one",
                "image BYTES, path STRING | answer STRING | 'task' = 'ask'"
                        + "| INPUT has no question: add a STRING column, or set the option 'prompt'",
                "question STRING, hints ARRAY<STRING> | answer STRING | 'task' = 'choose'"
                        + "| INPUT has no picture: add a column of type BYTES or STRING or",
            })
    void columnsThatAreNothingAreNamed(
            String input, String output, String options, String message) {
        isRefused(
                photos(input, output, "'model' = '/m', " + options),
                "SELECT * FROM ML_PREDICT(TABLE photos, MODEL m, DESCRIPTOR("
                        + input.replaceAll(" [A-Z<>]+", "")
                        + "))",
                message);
    }

    @Test
    void anIntIsNoPicture() {
        SqlSession sql = photos("'model' = '/m'");
        isRefused(
                sql,
                "SELECT * FROM ML_PREDICT(TABLE photos, MODEL m, DESCRIPTOR(number, question))",
                "INT");
        sql.run("LOAD MODULE llava WITH ('model' = '/m')");
        isRefused(
                sql,
                "SELECT LLAVA_ASK(number, question) FROM photos",
                "LLAVA_ASK: the argument 'image' is INT NOT NULL, it must be BYTES or STRING or"
                        + " ARRAY<BYTES> or ARRAY<STRING>");
        isRefused(
                sql,
                "SELECT LLAVA_ASK(image) FROM photos",
                "LLAVA_ASK(image <BYTES or STRING or ARRAY<BYTES> or ARRAY<STRING>>, question"
                        + " <STRING>, model <STRING, optional>)");
    }

    @Test
    void theMapOfACallIsCheckedToo() {
        isRefused(
                photos("'model' = '/m'"),
                ASKED + ", MAP['max-new-token', '5', 'top-k', '-1'])",
                "ML_PREDICT with Model default_catalog.default_database.m: top-k is -1.0, it must"
                        + " be 0 or more; unknown options [max-new-token]; there are [async,");
    }

    @Test
    void aRequestMustBeLateBeforeFlinkIs() {
        isRefused(
                photos("'model' = '/m', 'request-timeout' = '5 min'"),
                ASKED + ")",
                "request-timeout (300000 ms) is not below Flink's own timeout (180000 ms)",
                "raise table.exec.async-ml-predict.timeout");
    }

    @Test
    void moreRowsInFlightThanMayWaitAreRefused() {
        isRefused(
                photos("'model' = '/m', 'max-queued-requests' = '8'"),
                ASKED + ")",
                "table.exec.async-ml-predict.max-concurrent-operations (10) is more than the"
                        + " model's max-queued-requests (8): lower it, or raise that");
    }

    /** Flink's own message: its rule is that rows do not change. */
    @Test
    void updatingInputIsRefused() {
        SqlSession sql = photos("'model' = '/m'");
        sql.run(
                "CREATE TEMPORARY VIEW latest AS SELECT image, MAX(question) AS question FROM"
                        + " photos GROUP BY image");
        isRefused(
                sql,
                "SELECT * FROM ML_PREDICT(TABLE latest, MODEL m, DESCRIPTOR(image, question))",
                "doesn't support consuming update changes");
    }

    @Test
    void oneModuleIsLoadedOnce() {
        SqlSession sql = SqlSession.streaming();
        sql.run("LOAD MODULE llava WITH ('model' = '/m')");
        assertThatThrownBy(() -> sql.run("LOAD MODULE llava WITH ('model' = '/other')"))
                .hasStackTraceContaining("A module with name 'llava' already exists");
    }

    @Test
    void allWrongOptionsOfAModuleAreNamedTogether() {
        SqlSession sql = SqlSession.streaming();
        assertThatThrownBy(
                        () ->
                                sql.run(
                                        "LOAD MODULE llava WITH ('execution' = 'fast', 'on-error' ="
                                                + " 'cry', 'models.a.device' = 'tpu', 'models.a.x' ="
                                                + " '1', 'y' = '2')"))
                .hasStackTraceContaining("Module llava: ")
                .hasStackTraceContaining("execution is 'fast', it must be one of sync, async")
                .hasStackTraceContaining("on-error is 'cry', it must be one of null, fail")
                .hasStackTraceContaining("models.a: ")
                .hasStackTraceContaining("Unknown device 'tpu'")
                .hasStackTraceContaining("unknown options [x]")
                .hasStackTraceContaining("unknown options [y]");
    }

    @Test
    void anUnknownModelIsNamed() {
        SqlSession sql = photos("'model' = '/m'");
        sql.run("LOAD MODULE llava WITH ('model' = '/m', 'models.small.model' = '/s')");
        isRefused(
                sql,
                "SELECT LLAVA_ASK(image, question, 'smal') FROM photos",
                "LLAVA_ASK: There is no model 'smal': there are [small]");
    }

    @Test
    void aCatalogFunctionNeedsTheJobsParameters() {
        SqlSession sql = photos("'model' = '/m'");
        sql.run("CREATE FUNCTION ask AS '" + LlavaAsk.class.getName() + "'");
        isRefused(
                sql,
                "SELECT ask(image, question) FROM photos",
                "LLAVA_ASK, parameters of the job (pipeline.global-job-parameters) that begin with"
                        + " llava.: 'model' is missing: give the checkpoint folder");
    }

    @Test
    void aMissingFolderFailsTheJobAndIsNamed() {
        SqlSession sql = photos("'model' = '/no/such/llava'");
        assertThatThrownBy(() -> sql.run(ASKED + ")"))
                .rootCause()
                .hasMessageContaining("/no/such/llava");
    }

    @Test
    void aGpuThatIsNotThereFailsTheJobAndIsNamed() {
        SqlSession sql =
                photos("'model' = '" + SqlSession.checkpoint("llava15") + "', 'device' = 'gpu:7'");
        assertThatThrownBy(() -> sql.run(ASKED + ")")).hasStackTraceContaining("gpu:7");
    }
}
