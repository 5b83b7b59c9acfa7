package io.flinkllava.operators;

import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.function.SerializableFunction;

import io.flinkllava.flink.pictures.PictureAccess;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** Conversations and deduplication in jobs that fail again and again, and in rescaled ones. */
class KeyedExactlyOnceITCase {

    private static final int DIALOGUES = 40;
    private static final int MAX_TURNS = 5;
    private static final int DISTINCT = 100;

    @RegisterExtension static final MiniClusterExtension CLUSTER = LocalCluster.withSlots(4);

    @TempDir private Path savepoints;

    @BeforeEach
    void clear() {
        Faults.clear();
        Committed.clear();
        ScrambledModel.ASKED.set(0);
    }

    @AfterEach
    void allFaultsHappened() {
        assertThat(Faults.missed()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void conversations(boolean unaligned) throws Exception {
        FaultyJob.planAllPhases();
        StreamExecutionEnvironment env = FaultyJob.environment(unaligned, 2);
        FaultyJob.collect(conversations(env));
        env.execute();
        assertDialoguesAreIntact(Committed.results());
    }

    @Test
    void deduplication() throws Exception {
        FaultyJob.planAllPhases();
        // Few requests reach the model.
        Faults.plan("queue", 20, 90);
        Faults.plan("prefill", 10, 60);
        Faults.plan("decode", 30, 150);
        StreamExecutionEnvironment env = FaultyJob.environment(true, 2);
        FaultyJob.collect(deduplicated(env));
        env.execute();
        assertAnswersOfEqualRequests(Committed.results());
    }

    @Test
    void rescaledConversations() throws Exception {
        FaultyJob.runRescaled(KeyedExactlyOnceITCase::conversations, savepoints);
        assertDialoguesAreIntact(Committed.results());
    }

    @Test
    void rescaledDeduplication() throws Exception {
        FaultyJob.runRescaled(KeyedExactlyOnceITCase::deduplicated, savepoints);
        assertAnswersOfEqualRequests(Committed.results());
    }

    /** Flink drops a keyed state in BATCH mode as soon as another key is touched. */
    @Test
    void batch() throws Exception {
        assertDialoguesAreIntact(
                conversations(batchEnvironment()).executeAndCollect(2 * FaultyJob.RECORDS));
        ScrambledModel.ASKED.set(0);
        assertAnswersOfEqualRequests(
                deduplicated(batchEnvironment()).executeAndCollect(2 * FaultyJob.RECORDS));
        assertThat(ScrambledModel.ASKED).hasValue(DISTINCT);
    }

    private static StreamExecutionEnvironment batchEnvironment() {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(LocalCluster.noKryo());
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        env.setParallelism(2);
        return env;
    }

    private static SingleOutputStreamOperator<LlavaResult<Photo>> conversations(
            StreamExecutionEnvironment env) {
        return keyed(
                env,
                photo -> "dialogue " + photo.id() % DIALOGUES,
                new ConversationMemory<>(
                        photo -> List.of(),
                        Photo::question,
                        photo -> false,
                        "",
                        GenerationParameters.DEFAULT,
                        new ConversationLimits(MAX_TURNS, 1 << 20),
                        Duration.ofHours(1)),
                (context, version) -> {
                    Faults.at("open");
                    ScrambledModel model =
                            new ScrambledModel("talker", request -> said(request.messages()));
                    return new OpenModel(model, model::close);
                });
    }

    private static SingleOutputStreamOperator<LlavaResult<Photo>> deduplicated(
            StreamExecutionEnvironment env) {
        RequestKey<Photo> key =
                new RequestKey<>(
                        photo -> RequestDraft.of(Photo.number(photo.id() % DISTINCT).request()),
                        null);
        return keyed(env, key, new AnswerMemory<>(key, Duration.ofHours(1)), FaultyJob.models());
    }

    private static SingleOutputStreamOperator<LlavaResult<Photo>> keyed(
            StreamExecutionEnvironment env,
            SerializableFunction<Photo, String> keyOf,
            KeyMemory<Question<Photo>, ?> memory,
            ModelSource models) {
        DataStream<Question<Photo>> questions = Question.stamp(FaultyJob.photos(env), keyOf, "ask");
        KeySelector<Question<Photo>, String> keys = Question::key;
        return questions
                .keyBy(keys, Types.STRING)
                .transform(
                        "ask",
                        LlavaResult.type(FaultyJob.PHOTO),
                        new LlavaOperatorFactory<>(
                                new OperatorPlan<>(
                                        Question.type(FaultyJob.PHOTO),
                                        Question::input,
                                        Question::model,
                                        null,
                                        keys,
                                        memory,
                                        models,
                                        false,
                                        PictureAccess.NONE,
                                        FaultyJob.settings(false),
                                        DeadLetter.tag(FaultyJob.PHOTO))))
                .uid("ask");
    }

    /** An answer that depends on all that was said. */
    private static LlavaAnswer.Text said(List<Message> messages) {
        return new LlavaAnswer.Text(
                Integer.toHexString(messages.hashCode()),
                List.of(messages.size(), 2),
                10 * messages.size(),
                LlavaAnswer.FinishReason.STOP,
                LlavaAnswer.Timing.NONE);
    }

    private static void assertDialoguesAreIntact(List<LlavaResult<Photo>> results) {
        FaultyJob.assertEveryIdOnce(results);
        Map<Integer, List<LlavaResult<Photo>>> dialogues = new HashMap<>();
        for (LlavaResult<Photo> result : results) {
            dialogues
                    .computeIfAbsent(result.input().id() % DIALOGUES, id -> new ArrayList<>())
                    .add(result);
        }
        assertThat(dialogues).hasSize(DIALOGUES);
        dialogues.values().forEach(KeyedExactlyOnceITCase::assertIntact);
    }

    private static void assertIntact(List<LlavaResult<Photo>> dialogue) {
        assertThat(dialogue).extracting(result -> result.input().id()).isSorted();
        int oldest = 0;
        for (int turn = 0; turn < dialogue.size(); turn++) {
            List<Message> messages = new ArrayList<>();
            oldest = turn - oldest > MAX_TURNS ? turn - (MAX_TURNS + 1) / 2 : oldest;
            for (int past = oldest; past < turn; past++) {
                messages.add(Message.user(dialogue.get(past).input().question()));
                messages.add(new Message(Message.Role.ASSISTANT, dialogue.get(past).text()));
            }
            messages.add(Message.user(dialogue.get(turn).input().question()));
            assertThat(dialogue.get(turn).generated()).isEqualTo(said(messages));
        }
    }

    private static void assertAnswersOfEqualRequests(List<LlavaResult<Photo>> results) {
        FaultyJob.assertEveryIdOnce(results);
        assertThat(results)
                .allSatisfy(
                        result -> {
                            LlavaRequest request =
                                    Photo.number(result.input().id() % DISTINCT).request();
                            assertThat(result.generated()).isEqualTo(Photo.answer(request));
                        });
        assertThat(ScrambledModel.ASKED.get())
                .as("requests that reached the model")
                .isLessThan(FaultyJob.RECORDS / 2);
    }
}
