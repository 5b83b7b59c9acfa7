package io.flinkllava.udfs.model;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.DataType;

import io.flinkllava.flink.options.OptionReader;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaAnswer.FinishReason;
import io.flinkllava.runtime.LlavaAnswer.Timing;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.udfs.request.Reply;
import io.flinkllava.udfs.request.Task;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What columns are extracted from, and how. */
class OutputColumnsTest {

    private static final OutputColumns RECEIPT =
            OutputColumns.of(
                    Task.EXTRACT,
                    ResolvedSchema.of(
                            Column.physical("shop", DataTypes.STRING()).withComment("name on top"),
                            Column.physical("total", DataTypes.DECIMAL(6, 2)),
                            Column.physical("items", DataTypes.ARRAY(DataTypes.STRING())),
                            Column.physical(
                                    "bought",
                                    DataTypes.ROW(
                                            DataTypes.FIELD("year", DataTypes.SMALLINT()),
                                            DataTypes.FIELD("cash", DataTypes.BOOLEAN()))),
                            Column.physical("error", DataTypes.STRING())),
                    new OptionReader(Map.of()));

    private static Reply reply(String text, FinishReason reason) {
        return new Reply(
                new LlavaAnswer.Text(text, List.of(1, 2), 3, reason, Timing.NONE),
                "m@0",
                Duration.ofMillis(4));
    }

    private static RowData row(OutputColumns columns, Reply reply) {
        return columns.row(
                new Reply(columns.verdict(reply.answer()), reply.modelVersion(), reply.took()));
    }

    private static OutputColumns extracting(DataType type) {
        return OutputColumns.of(
                Task.EXTRACT,
                ResolvedSchema.of(
                        Column.physical("n", type),
                        Column.physical("error_code", DataTypes.STRING())),
                new OptionReader(Map.of()));
    }

    @Test
    void theSchemaNamesEachValue() {
        assertThat(RECEIPT.schema())
                .isEqualTo(
                        "{\"type\":\"object\",\"properties\":{\"shop\":{\"type\":\"string\"},"
                                + "\"total\":{\"type\":\"number\"},\"items\":{\"type\":\"array\","
                                + "\"items\":{\"type\":\"string\"}},\"bought.year\":{\"type\":"
                                + "\"integer\"},\"bought.cash\":{\"type\":\"boolean\"}},"
                                + "\"required\":[\"shop\",\"total\",\"items\",\"bought.year\","
                                + "\"bought.cash\"],\"additionalProperties\":false}");
        assertThat(RECEIPT.instruction())
                .isEqualTo(
                        " Answer with a JSON object of: shop (name on top), total, items,"
                                + " bought.year, bought.cash.");
    }

    @Test
    void valuesBecomeThoseOfTheColumns() {
        RowData row =
                row(
                        RECEIPT,
                        reply(
                                "{\"shop\": \"Müller\", \"total\": 12.5, \"items\": [\"a\"],"
                                        + " \"bought.year\": 2026, \"bought.cash\": true}",
                                FinishReason.STOP));
        assertThat(row)
                .isEqualTo(
                        GenericRowData.of(
                                StringData.fromString("Müller"),
                                DecimalData.fromBigDecimal(new BigDecimal("12.50"), 6, 2),
                                new GenericArrayData(new Object[] {StringData.fromString("a")}),
                                GenericRowData.of((short) 2026, true),
                                null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"shop\": \"a\"| The answer does not fit the columns: Unexpected",
                "{\"shop\": 1}| The answer does not fit the columns: 'shop' does not fit",
                "{\"shop\": \"a\", \"total\": 99999}| 'total' does not fit DECIMAL(6, 2)",
                "{\"shop\": \"a\", \"total\": 1}| 'items' is missing",
                "{\"shop\": \"a\", \"total\": 1, \"items\": [], \"bought.year\": 99999}"
                        + "| 'bought.year' does not fit SMALLINT"
            })
    void whatDoesNotFitIsTheRowsError(String text, String problem) {
        RowData row = row(RECEIPT, reply(text, FinishReason.STOP));
        assertThat(row.getString(4).toString()).contains(problem);
        assertThat(List.of(0, 1, 2, 3)).allMatch(row::isNullAt);
    }

    @Test
    void anAnswerThatWasCutSaysSo() {
        RowData row = row(RECEIPT, reply("{\"shop\": \"a", FinishReason.LENGTH));
        assertThat(row.getString(4))
                .hasToString("The answer ended before its JSON did: raise max-new-tokens");
    }

    @Test
    void whatDoesNotFitIsNoSuccessAndNoFaultOfTheLibrary() {
        assertThat(RECEIPT.verdict(reply("{\"shop\": 1}", FinishReason.STOP).answer()))
                .isInstanceOfSatisfying(
                        LlavaAnswer.Failure.class,
                        failure -> assertThat(failure.code()).isEqualTo(LlavaErrorCode.INPUT));
        assertThat(RECEIPT.verdict(reply("{\"shop", FinishReason.LENGTH).answer()))
                .isInstanceOfSatisfying(
                        LlavaAnswer.Failure.class,
                        failure -> assertThat(failure.code()).isEqualTo(LlavaErrorCode.CAPACITY));
    }

    @Test
    void decimalsKeepTheirDigits() {
        assertThat(
                        row(
                                        extracting(DataTypes.DECIMAL(20, 2)),
                                        reply("{\"n\": 12345678901234567.89}", FinishReason.STOP))
                                .getDecimal(0, 20, 2))
                .hasToString("12345678901234567.89");
    }

    /** Written out, such a number would take the memory of the TaskManager. */
    @ParameterizedTest
    @CsvSource({"1e999999999, INPUT, ", "1e-999999999, , 0.00", "0e999999999, , 0.00"})
    void numbersOfABillionDigitsAreNotWrittenOut(String number, String code, String value) {
        RowData row =
                row(
                        extracting(DataTypes.DECIMAL(20, 2)),
                        reply("{\"n\": " + number + "}", FinishReason.STOP));
        assertThat(row.isNullAt(1) ? null : row.getString(1).toString()).isEqualTo(code);
        assertThat(row.isNullAt(0) ? null : row.getDecimal(0, 20, 2).toString()).isEqualTo(value);
    }

    @Test
    void aNumberBeyondDoubleIsNoInfinity() {
        assertThat(
                        row(
                                        extracting(DataTypes.DOUBLE()),
                                        reply("{\"n\": 1e400}", FinishReason.STOP))
                                .getString(1))
                .hasToString("INPUT");
    }

    @Test
    void aCommentOfARowIsToldWithItsFields() {
        OutputColumns columns =
                OutputColumns.of(
                        Task.EXTRACT,
                        ResolvedSchema.of(
                                Column.physical(
                                                "bought",
                                                DataTypes.ROW(
                                                        DataTypes.FIELD(
                                                                "year",
                                                                DataTypes.INT(),
                                                                "four digits"),
                                                        DataTypes.FIELD(
                                                                "cash", DataTypes.BOOLEAN())))
                                        .withComment("as printed")),
                        new OptionReader(Map.of()));
        assertThat(columns.instruction())
                .isEqualTo(
                        " Answer with a JSON object of: bought.year (as printed; four digits),"
                                + " bought.cash (as printed).");
    }

    @ParameterizedTest
    @ValueSource(strings = {"n", "answer", "finish_reason"})
    void textsOfSomeLengthAreRefused(String name) {
        for (DataType type : List.of(DataTypes.VARCHAR(3), DataTypes.CHAR(3))) {
            OptionReader problems = new OptionReader(Map.of());
            OutputColumns unused =
                    OutputColumns.of(
                            Task.EXTRACT,
                            ResolvedSchema.of(
                                    Column.physical(name, type),
                                    Column.physical("other", DataTypes.STRING())),
                            problems);
            assertThatThrownBy(() -> problems.finish("here"))
                    .hasMessageContaining("'" + name + "' is " + type)
                    .hasMessageContaining("STRING");
        }
    }

    @Test
    void aFailureStaysOne() {
        RowData row =
                row(
                        RECEIPT,
                        new Reply(
                                new LlavaAnswer.Failure(LlavaErrorCode.INPUT, "No picture"),
                                "m@0",
                                Duration.ZERO));
        assertThat(row.getString(4)).hasToString("No picture");
    }

    @Test
    void typesWithoutJsonAreRefused() {
        OptionReader problems = new OptionReader(Map.of());
        DataType unusable = DataTypes.MAP(DataTypes.STRING(), DataTypes.INT());
        assertThat(
                        OutputColumns.of(
                                        Task.EXTRACT,
                                        ResolvedSchema.of(Column.physical("a", unusable)),
                                        problems)
                                .columns())
                .isEmpty();
    }
}
