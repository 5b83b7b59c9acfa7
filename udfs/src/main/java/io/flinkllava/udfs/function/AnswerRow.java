package io.flinkllava.udfs.function;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;

import io.flinkllava.udfs.request.AnswerColumn;
import io.flinkllava.udfs.request.Reply;

import java.util.List;

/** The row that functions return which tell of errors. */
final class AnswerRow {

    private static final List<AnswerColumn> COLUMNS =
            List.of(
                    AnswerColumn.ANSWER,
                    AnswerColumn.ERROR,
                    AnswerColumn.ERROR_CODE,
                    AnswerColumn.FINISH_REASON,
                    AnswerColumn.PROMPT_TOKENS,
                    AnswerColumn.COMPLETION_TOKENS,
                    AnswerColumn.MODEL_VERSION);

    // Flink 2.3.0 fails where an asynchronous function returns an external Row and an argument is
    // NULL; it does not with its internal one.
    static final DataType TYPE =
            DataTypes.ROW(
                            COLUMNS.stream()
                                    .map(
                                            column ->
                                                    DataTypes.FIELD(
                                                            column.columnName(), column.type()))
                                    .toList())
                    .notNull()
                    .bridgedTo(RowData.class);

    private AnswerRow() {}

    static RowData of(Reply reply) {
        return GenericRowData.of(COLUMNS.stream().map(column -> column.of(reply)).toArray());
    }
}
