package io.flinkllava.examples.conversation;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import io.flinkllava.examples.FollowedFile;
import io.flinkllava.examples.LineLogSink;
import io.flinkllava.flink.pictures.PictureAccess;
import io.flinkllava.operators.Llava;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.ModelOptions;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The job of {@code conversation}: a file of turns -> dialogues -> a file of replies.
 *
 * @param whole whether the last turn is there though its line has not ended
 * @param images folder that turns name pictures of; nothing else is read
 * @param timeToLive how long a dialogue is remembered
 */
record ConversationJob(
        Path input,
        boolean whole,
        Path images,
        Duration timeToLive,
        String model,
        ModelOptions options,
        GenerationParameters generation) {

    private static final int REMEMBERED_TOKENS = 768;

    void build(StreamExecutionEnvironment environment, Path output) {
        SingleOutputStreamOperator<Turn> turns =
                environment
                        .fromSource(
                                whole
                                        ? FollowedFile.wholeSource(input)
                                        : FollowedFile.source(input, 0),
                                WatermarkStrategy.noWatermarks(),
                                "turns")
                        .uid("turns")
                        .process(new TurnReader());
        // Fields of a record would draw all of it into the functions.
        String folder = images.toString();
        Llava.conversation(turns)
                .model(model)
                .options(options)
                .generation(generation)
                .keyBy(Turn::user)
                .imageReferences(
                        turn ->
                                turn.image() == null
                                        ? List.of()
                                        : List.of(Path.of(folder, turn.image()).toString()))
                .pictureAccess(
                        PictureAccess.NONE
                                .withPrefixes(List.of(folder))
                                .withMaxBytes(options.limits().maxImageBytes()))
                .question(Turn::question)
                .resetWhen(Turn::reset)
                .maxTokens(REMEMBERED_TOKENS)
                .timeToLive(timeToLive)
                .uid("dialogues")
                .answers()
                .map(Reply::of)
                .union(turns.getSideOutput(TurnReader.REPLIES))
                .sinkTo(new LineLogSink(output.toString()))
                .setParallelism(1)
                .name("replies")
                .uid("replies");
    }
}
