package io.flinkllava.udfs.request;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.CharType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.VarCharType;

import io.flinkllava.flink.options.Spelling;
import io.flinkllava.runtime.LlavaAnswer.Choice;
import io.flinkllava.runtime.LlavaAnswer.Failure;
import io.flinkllava.runtime.LlavaAnswer.Text;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What can be told of an answer, by the name of its column. */
public enum AnswerColumn {
    ANSWER,
    ERROR,
    ERROR_CODE,
    FINISH_REASON,
    PROMPT_TOKENS,
    COMPLETION_TOKENS,
    /** The probability of the choice, or of a token of the answer in the geometric mean. */
    CONFIDENCE,
    MODEL_VERSION,
    LATENCY_MS;

    /** The column of this name, whatever its case. */
    public static Optional<AnswerColumn> named(String name) {
        return Arrays.stream(values())
                .filter(column -> column.columnName().equalsIgnoreCase(name))
                .findFirst();
    }

    public String columnName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public DataType type() {
        return switch (this) {
            case ANSWER, ERROR, ERROR_CODE, FINISH_REASON, MODEL_VERSION -> DataTypes.STRING();
            case PROMPT_TOKENS, COMPLETION_TOKENS -> DataTypes.INT();
            case CONFIDENCE -> DataTypes.DOUBLE();
            case LATENCY_MS -> DataTypes.BIGINT();
        };
    }

    /** Whether a column of a type takes its values. */
    public boolean fits(LogicalType type) {
        return !isLimitedText(type) && type.is(type().getLogicalType().getTypeRoot());
    }

    /** Whether texts must have some length, which nobody would see to: that of answers is open. */
    public static boolean isLimitedText(LogicalType type) {
        return type instanceof CharType
                || (type instanceof VarCharType text && text.getLength() < VarCharType.MAX_LENGTH);
    }

    /** The value in Flink's internal data structures, or null for NULL. */
    public Object of(Reply reply) {
        Object value =
                switch (this) {
                    case MODEL_VERSION -> reply.modelVersion();
                    case LATENCY_MS -> reply.took().toMillis();
                    default ->
                            reply.answer() instanceof Text text
                                    ? ofText(text)
                                    : ofFailure((Failure) reply.answer());
                };
        return value instanceof String text ? StringData.fromString(text) : value;
    }

    private Object ofText(Text text) {
        return switch (this) {
            case ANSWER -> text.text();
            case FINISH_REASON -> Spelling.of(text.finishReason());
            case PROMPT_TOKENS -> text.promptTokens();
            case COMPLETION_TOKENS -> text.completionTokens();
            case CONFIDENCE -> confidence(text);
            default -> null;
        };
    }

    private Object ofFailure(Failure failure) {
        return switch (this) {
            case ERROR -> failure.message();
            case ERROR_CODE -> failure.code().name();
            default -> null;
        };
    }

    private static Double confidence(Text text) {
        Optional<Choice> chosen =
                text.choices().stream()
                        .filter(choice -> choice.text().equals(text.text()))
                        .findFirst();
        if (chosen.isPresent()) {
            return chosen.get().probability();
        }
        return Double.isNaN(text.logProbability()) || text.completionTokens() == 0
                ? null
                : Math.exp(text.logProbability() / text.completionTokens());
    }
}
