package io.flinkllava.udfs;

import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;

import io.flinkllava.testing.GoldenRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;

import static org.apache.flink.table.api.Expressions.$;
import static org.apache.flink.table.api.Expressions.call;
import static org.assertj.core.api.Assertions.assertThat;

/** Functions of a catalog and of the Table API, told of their model by the job's parameters. */
class CatalogFunctionsITCase {

    private static final String CHECKPOINT = "llava15";

    @RegisterExtension static final MiniClusterExtension CLUSTER = SqlCluster.withSlots(1);

    private final List<GoldenRequest> golden = SqlSession.questions(CHECKPOINT);

    private SqlSession session(String mode) {
        return SqlSession.inMode(mode)
                .view("photos", golden)
                .set(
                        "pipeline.global-job-parameters",
                        "llava.model:'"
                                + SqlSession.checkpoint(CHECKPOINT)
                                + "',llava.device:cpu,llava.max-sequence-length:512,"
                                + "llava.max-new-tokens:24,mine:1");
    }

    private List<Row> answers() {
        return golden.stream().map(one -> Row.of(one.id(), one.text())).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"streaming", "batch"})
    void scalarFunctionsAnswer(String mode) {
        SqlSession sql = session(mode);
        sql.run("CREATE FUNCTION ask AS '" + LlavaAsk.class.getName() + "'");
        assertThat(sql.run("SELECT id, ask(image, question) FROM photos"))
                .containsExactlyInAnyOrderElementsOf(answers());
    }

    @Test
    void tableFunctionsAnswer() {
        SqlSession sql = session("streaming");
        sql.run("CREATE FUNCTION ask_rows AS '" + LlavaAskRows.class.getName() + "'");
        assertThat(
                        sql.run(
                                "SELECT id, answer FROM photos, LATERAL TABLE(ask_rows(image,"
                                        + " question))"))
                .containsExactlyInAnyOrderElementsOf(answers());
    }

    @Test
    void theTableApiCallsThemInline() {
        List<Row> rows = new ArrayList<>();
        session("streaming")
                .tables()
                .from("photos")
                .select($("id"), call(LlavaAsk.class, $("image"), $("question")))
                .execute()
                .collect()
                .forEachRemaining(rows::add);
        assertThat(rows).containsExactlyInAnyOrderElementsOf(answers());
    }

    /** All classes for CREATE FUNCTION can be made and planned. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "LlavaCaption|(image)",
                "LlavaAsk|(image, question)",
                "LlavaAskImages|(ARRAY[image], question)",
                "LlavaTryAsk|(image, question)",
                "LlavaChoose|(image, question, ARRAY['a', 'b'])",
                "LlavaChat|(image, ARRAY[ROW('user', question)])",
                "LlavaPlan|(4, 5, question)",
                "ImageInfo|(image)",
                "ImageResize|(image, 4, 5)",
                "LlavaExtract|(image, question, '{}')"
            })
    void everyClassIsPlanned(String call) {
        SqlSession sql = session("streaming");
        String name = call.substring(0, call.indexOf('|'));
        sql.run("CREATE FUNCTION f AS 'io.flinkllava.udfs." + name + "'");
        assertThat(
                        sql.tables()
                                .explainSql(
                                        "SELECT f"
                                                + call.substring(call.indexOf('|') + 1)
                                                + " FROM photos"))
                .contains("f(");
    }
}
