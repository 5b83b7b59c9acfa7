package io.flinkllava.udfs.model;

import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flinkllava.flink.options.OptionReader;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaAnswer.FinishReason;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.udfs.request.AnswerColumn;
import io.flinkllava.udfs.request.Reply;
import io.flinkllava.udfs.request.Task;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the columns of OUTPUT are filled with, in their order. */
record OutputColumns(List<Filling> columns) implements Serializable {

    /** Fractions as they are written: a double holds fewer digits than DECIMAL. */
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

    /** What a column gets. */
    private sealed interface Filling extends Serializable {

        /** Something that is known of each answer. */
        record Known(AnswerColumn column) implements Filling {}

        /** A part of a JSON answer. */
        record Extracted(JsonField field) implements Filling {}
    }

    /** Finds out, and tells the reader of columns that cannot be filled. */
    static OutputColumns of(Task task, ResolvedSchema schema, OptionReader problems) {
        List<Filling> columns = new ArrayList<>();
        for (Column column : schema.getColumns()) {
            problems.tried(() -> filling(task, column)).ifPresent(columns::add);
        }
        OutputColumns result = new OutputColumns(List.copyOf(columns));
        if (task == Task.EXTRACT && result.fields().isEmpty()) {
            problems.problem("OUTPUT names nothing to extract: declare a column for each value");
        }
        return result;
    }

    private static Filling filling(Task task, Column column) {
        LogicalType type = column.getDataType().getLogicalType();
        Optional<AnswerColumn> known = AnswerColumn.named(column.getName());
        if (known.isEmpty() && task != Task.EXTRACT) {
            throw new IllegalArgumentException(
                    "OUTPUT column '" + column.getName() + "' is unknown: there are " + names());
        }
        if (known.isPresent() && !known.get().fits(type)) {
            throw new IllegalArgumentException(
                    "OUTPUT column '"
                            + column.getName()
                            + "' is "
                            + type.asSummaryString()
                            + ", it must be "
                            + known.get().type().getLogicalType().asSummaryString());
        }
        if (!type.isNullable() && known.map(OutputColumns::mayBeNull).orElse(true)) {
            throw new IllegalArgumentException(
                    "OUTPUT column '"
                            + column.getName()
                            + "' is NOT NULL, but a row that fails has none: leave NOT NULL out");
        }
        return known.<Filling>map(Filling.Known::new)
                .orElseGet(
                        () ->
                                new Filling.Extracted(
                                        JsonField.of(
                                                column.getName(),
                                                type,
                                                column.getComment().orElse(""))));
    }

    private static boolean mayBeNull(AnswerColumn column) {
        return column != AnswerColumn.MODEL_VERSION && column != AnswerColumn.LATENCY_MS;
    }

    private static String names() {
        return Arrays.stream(AnswerColumn.values())
                .map(AnswerColumn::columnName)
                .collect(Collectors.joining(", "));
    }

    boolean has(AnswerColumn column) {
        return columns.contains(new Filling.Known(column));
    }

    private List<JsonField> fields() {
        return columns.stream()
                .filter(Filling.Extracted.class::isInstance)
                .map(filling -> ((Filling.Extracted) filling).field())
                .toList();
    }

    /** JSON Schema of the object that the columns are extracted from. */
    String schema() {
        ObjectNode schema = JSON.createObjectNode().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        fields().forEach(field -> field.declare(properties));
        ArrayNode required = schema.putArray("required");
        properties.fieldNames().forEachRemaining(required::add);
        return schema.put("additionalProperties", false).toString();
    }

    /** What the model is told to extract. */
    String instruction() {
        return " Answer with a JSON object of: "
                + fields().stream()
                        .flatMap(JsonField::descriptions)
                        .collect(Collectors.joining(", "))
                + ".";
    }

    /** A failure in place of an answer from which the columns cannot be filled. */
    LlavaAnswer verdict(LlavaAnswer answer) {
        if (fields().isEmpty() || !(answer instanceof LlavaAnswer.Text text)) {
            return answer;
        }
        try {
            JsonNode object = JSON.readTree(text.text());
            fields().forEach(field -> field.read(object));
            return answer;
        } catch (JsonProcessingException | IllegalArgumentException e) {
            return text.finishReason() == FinishReason.LENGTH
                    ? new LlavaAnswer.Failure(
                            LlavaErrorCode.CAPACITY,
                            "The answer ended before its JSON did: raise max-new-tokens")
                    : new LlavaAnswer.Failure(
                            LlavaErrorCode.INPUT,
                            "The answer does not fit the columns: " + problem(e));
        }
    }

    /** The row of a reply whose answer passed {@link #verdict}. */
    RowData row(Reply reply) {
        if (fields().isEmpty() || !(reply.answer() instanceof LlavaAnswer.Text text)) {
            return filled(reply, null);
        }
        try {
            return filled(reply, JSON.readTree(text.text()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The answer has no verdict", e);
        }
    }

    private static String problem(Exception e) {
        return e instanceof JsonProcessingException json
                ? json.getOriginalMessage()
                : e.getMessage();
    }

    private RowData filled(Reply reply, JsonNode object) {
        GenericRowData row = new GenericRowData(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            row.setField(i, value(columns.get(i), reply, object));
        }
        return row;
    }

    private static Object value(Filling filling, Reply reply, JsonNode object) {
        if (filling instanceof Filling.Extracted extracted) {
            return object == null ? null : extracted.field().read(object);
        }
        return ((Filling.Known) filling).column().of(reply);
    }
}
