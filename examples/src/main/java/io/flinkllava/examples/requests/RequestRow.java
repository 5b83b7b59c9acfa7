package io.flinkllava.examples.requests;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import io.flinkllava.runtime.AnswerConstraint;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;

import java.nio.file.Path;
import java.util.List;

/**
 * A request as it travels through the job: pictures and frames are paths here, bytes are read where
 * they are needed.
 *
 * @param position among the rows, counted from 0 without gaps
 * @param id the row's id as JSON: a string, an integer, or {@code null} where it has none
 * @param images paths of the pictures as given
 * @param video paths of the frames of a video as given, empty for none
 * @param messages the dialogue
 * @param choices texts to choose the answer from, empty for any answer
 * @param regex what matches the answer, or empty
 * @param jsonSchema what describes the answer, or empty
 * @param defect why there is nothing to ask, or empty
 */
public record RequestRow(
        long position,
        String id,
        List<String> images,
        List<String> video,
        List<Message> messages,
        List<String> choices,
        String regex,
        String jsonSchema,
        String defect) {

    static final String NO_ID = "null";

    /** The rows of a request file, read and numbered by one subtask. */
    public static DataStream<RequestRow> stream(StreamExecutionEnvironment environment, Path file) {
        return environment
                .fromSource(
                        RequestLineFormat.source(file),
                        WatermarkStrategy.noWatermarks(),
                        "requests")
                .setParallelism(1)
                .map(new RequestRows())
                .setParallelism(1)
                .name("rows");
    }

    /** A row that cannot be asked. */
    static RequestRow defective(String id, String defect) {
        return new RequestRow(0, id, List.of(), List.of(), List.of(), List.of(), "", "", defect);
    }

    RequestRow at(long place) {
        return new RequestRow(
                place, id, images, video, messages, choices, regex, jsonSchema, defect);
    }

    RequestRow withDefect(String reason) {
        return defective(id, reason).at(position);
    }

    /**
     * Reads the pictures and frames.
     *
     * @throws LlavaException if the row is defective or one of them cannot be read
     */
    public LlavaRequest request(ImageRoot root, GenerationParameters generation) {
        if (!defect.isEmpty()) {
            throw LlavaException.input(defect);
        }
        return new LlavaRequest(
                root.pictures(images),
                root.frames(video),
                messages,
                generation.withConstraint(constraint()));
    }

    private AnswerConstraint constraint() {
        if (!choices.isEmpty()) {
            return new AnswerConstraint.Choice(choices);
        }
        if (!regex.isEmpty()) {
            return new AnswerConstraint.Pattern(regex);
        }
        return jsonSchema.isEmpty() ? AnswerConstraint.FREE : new AnswerConstraint.Json(jsonSchema);
    }
}
