package io.flinkllava.examples.batch;

import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.flinkllava.examples.requests.RequestRow;
import io.flinkllava.operators.LlavaResult;
import io.flinkllava.runtime.LlavaAnswer;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Answers to JSON lines, with the same keys in every one, and probabilities, choices and further
 * candidates where they were asked for; a row that failed has nulls and an error.
 * Counts what passes, for the progress line.
 */
final class AnswerFormat extends RichMapFunction<LlavaResult<RequestRow>, AnswerRow> {

    private static final long serialVersionUID = 1L;

    private static final JsonMapper JSON = new JsonMapper();
    private static final int MOST_PATHS = 4;

    private transient LongCounter rows;
    private transient LongCounter errors;
    private transient LongCounter tokens;

    @Override
    public void open(OpenContext context) {
        rows = getRuntimeContext().getLongCounter(BatchCounts.ROWS);
        errors = getRuntimeContext().getLongCounter(BatchCounts.ERRORS);
        tokens = getRuntimeContext().getLongCounter(BatchCounts.TOKENS);
    }

    @Override
    public AnswerRow map(LlavaResult<RequestRow> result) {
        rows.add(1L);
        if (result.answer() instanceof LlavaAnswer.Text text) {
            tokens.add((long) text.completionTokens());
        } else {
            errors.add(1L);
        }
        RequestRow row = result.input();
        return new AnswerRow(row.position(), line(row, result.answer()));
    }

    static String line(RequestRow row, LlavaAnswer answer) {
        ObjectNode line = JSON.createObjectNode();
        line.putRawValue("id", new RawValue(row.id()));
        if (answer instanceof LlavaAnswer.Text text) {
            put(line, text);
        } else {
            put(line, (LlavaAnswer.Failure) answer, paths(row));
        }
        return line.toString();
    }

    private static void put(ObjectNode line, LlavaAnswer.Text text) {
        line.put("answer", text.text());
        text.tokenIds().forEach(line.putArray("token_ids")::add);
        line.put("prompt_tokens", text.promptTokens());
        line.put("completion_tokens", text.completionTokens());
        line.put("finish_reason", text.finishReason().name().toLowerCase(Locale.ROOT));
        putLogProbability(line, text.logProbability());
        if (!text.choices().isEmpty()) {
            ArrayNode choices = line.putArray("choices");
            text.choices()
                    .forEach(
                            choice ->
                                    choices.addObject()
                                            .put("text", choice.text())
                                            .put("probability", choice.probability()));
        }
        if (!text.others().isEmpty()) {
            ArrayNode candidates = line.putArray("candidates");
            text.others().forEach(other -> put(candidates.addObject(), other));
        }
        line.putNull("error");
    }

    private static void put(ObjectNode candidate, LlavaAnswer.Candidate other) {
        candidate.put("answer", other.text());
        other.tokenIds().forEach(candidate.putArray("token_ids")::add);
        candidate.put("finish_reason", other.finishReason().name().toLowerCase(Locale.ROOT));
        putLogProbability(candidate, other.logProbability());
    }

    /** Only where it was asked for, and JSON has no number for minus infinity. */
    private static void putLogProbability(ObjectNode node, double logProbability) {
        if (Double.isFinite(logProbability)) {
            node.put("log_probability", logProbability);
        }
    }

    private static void put(ObjectNode line, LlavaAnswer.Failure failure, List<String> paths) {
        line.putNull("answer");
        line.putNull("token_ids");
        line.putNull("prompt_tokens");
        line.putNull("completion_tokens");
        line.putNull("finish_reason");
        line.putObject("error")
                .put("code", failure.code().name())
                .put("message", naming(paths, failure.message()));
    }

    private static List<String> paths(RequestRow row) {
        return Stream.concat(row.images().stream(), row.video().stream()).toList();
    }

    /** The model sees bytes; only the row knows the names of its pictures and frames. */
    private static String naming(List<String> paths, String message) {
        boolean named = paths.isEmpty() || paths.stream().anyMatch(message::contains);
        return named ? message : message + " " + shortened(paths);
    }

    /** A video has many frames, and they are named alike. */
    private static String shortened(List<String> paths) {
        return paths.size() <= MOST_PATHS
                ? paths.toString()
                : paths.subList(0, MOST_PATHS) + " and " + (paths.size() - MOST_PATHS) + " more";
    }
}
