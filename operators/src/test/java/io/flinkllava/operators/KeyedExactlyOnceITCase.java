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
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/** Conversations and deduplication in jobs that fail again and again, and in rescaled ones. */
class KeyedExactlyOnceITCase {

    private static final int DIALOGUES = 40;
    private static final int MAX_TURNS = 5;
    private static final int DISTINCT = 100;

    /** Each so many turns a dialogue is ended. */
    private static final int TURNS = 20;

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

    @Test
    void orderedConversations() throws Exception {
        FaultyJob.planAllPhases();
        StreamExecutionEnvironment env = FaultyJob.environment(false, 2);
        FaultyJob.collect(conversations(unchanging(env), true));
        env.execute();
        assertDialoguesAreIntact(Committed.results());
    }

    @ParameterizedTest
    @EnumSource
    void conversationsWhoseModelChanges(ModelChangeMode mode) throws Exception {
        FaultyJob.planAllPhases();
        PlannedChanges.plan();
        StreamExecutionEnvironment env = FaultyJob.environment(true, 2);
        FaultyJob.collect(conversations(dialogues(env, mode), false));
        env.execute();
        assertDialoguesAreIntact(Committed.results());
        assertModels(mode);
    }

    @Test
    void deduplicationOverChangesOfTheModel() throws Exception {
        FaultyJob.planAllPhases();
        PlannedChanges.plan();
        // Few requests reach the model.
        Faults.plan("queue", 20, 90);
        Faults.plan("prefill", 10, 60);
        Faults.plan("decode", 30, 150);
        StreamExecutionEnvironment env = FaultyJob.environment(true, 2);
        FaultyJob.collect(deduplicated(changing(env, ModelChangeMode.ARRIVAL)));
        env.execute();
        assertAnswersOfEqualRequests(Committed.results());
        assertModels(ModelChangeMode.ARRIVAL);
    }

    private static void assertModels(ModelChangeMode mode) {
        if (mode == ModelChangeMode.ARRIVAL) {
            PlannedChanges.assertArrived(Committed.results());
        } else {
            PlannedChanges.assertByEventTime(Committed.results());
        }
    }

    @Test
    void rescaledConversations() throws Exception {
        FaultyJob.runRescaled(env -> conversations(unchanging(env), true), savepoints);
        assertDialoguesAreIntact(Committed.results());
    }

    @Test
    void rescaledConversationsWhoseModelChanges() throws Exception {
        FaultyJob.runRescaled(
                env -> conversations(dialogues(env, ModelChangeMode.EVENT_TIME), true), savepoints);
        assertDialoguesAreIntact(Committed.results());
        PlannedChanges.assertByEventTime(Committed.results());
    }

    @Test
    void rescaledDeduplication() throws Exception {
        FaultyJob.runRescaled(env -> deduplicated(unchanging(env)), savepoints);
        assertAnswersOfEqualRequests(Committed.results());
    }

    /** Flink drops a keyed state in BATCH mode as soon as another key is touched. */
    @Test
    void batch() throws Exception {
        assertDialoguesAreIntact(
                conversations(unchanging(batchEnvironment()), false)
                        .executeAndCollect(2 * FaultyJob.RECORDS));
        assertDialoguesAreIntact(
                conversations(dialogues(batchEnvironment(), ModelChangeMode.EVENT_TIME), false)
                        .executeAndCollect(2 * FaultyJob.RECORDS));
        ScrambledModel.ASKED.set(0);
        assertAnswersOfEqualRequests(
                deduplicated(unchanging(batchEnvironment()))
                        .executeAndCollect(2 * FaultyJob.RECORDS));
        assertThat(ScrambledModel.ASKED).hasValue(DISTINCT);
    }

    private static StreamExecutionEnvironment batchEnvironment() {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(LocalCluster.noKryo());
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        env.setParallelism(2);
        return env;
    }

    /** Stamps photos with a key. */
    private interface Stamp {
        DataStream<Question<Photo>> stamp(SerializableFunction<Photo, String> keys);
    }

    private static Stamp unchanging(StreamExecutionEnvironment env) {
        return keys -> Question.stamp(FaultyJob.photos(env), keys, "ask");
    }

    private static Stamp changing(StreamExecutionEnvironment env, ModelChangeMode mode) {
        return keys -> PlannedChanges.in(env, mode).stamp(FaultyJob.photos(env), keys, "ask");
    }

    /** Turns of a dialogue wait for their model in its place, or pass one another. */
    private static Stamp dialogues(StreamExecutionEnvironment env, ModelChangeMode mode) {
        return keys ->
                PlannedChanges.in(env, mode)
                        .stamp(
                                FaultyJob.photos(env)
                                        .keyBy(KeyedExactlyOnceITCase::dialogue, Types.STRING),
                                "ask");
    }

    private static String dialogue(Photo photo) {
        return "dialogue " + photo.id() % DIALOGUES;
    }

    private static SingleOutputStreamOperator<LlavaResult<Photo>> conversations(
            Stamp stamp, boolean ordered) {
        return keyed(
                stamp.stamp(photo -> ""),
                question -> dialogue(question.input()),
                new ConversationMemory<>(
                        photo -> List.of(),
                        Photo::question,
                        KeyedExactlyOnceITCase::endsItsDialogue,
                        "",
                        GenerationParameters.DEFAULT,
                        new ConversationLimits(MAX_TURNS, 1 << 20),
                        Duration.ofHours(1)),
                FaultyJob.models(request -> said(request.messages())),
                ordered);
    }

    private static int turn(Photo photo) {
        return photo.id() / DIALOGUES;
    }

    private static boolean endsItsDialogue(Photo photo) {
        return turn(photo) % TURNS == TURNS - 1;
    }

    private static SingleOutputStreamOperator<LlavaResult<Photo>> deduplicated(Stamp stamp) {
        RequestKey<Photo> key =
                new RequestKey<>(
                        photo -> RequestDraft.of(Photo.number(photo.id() % DISTINCT).request()),
                        null);
        return keyed(
                stamp.stamp(key),
                Question::key,
                new AnswerMemory<>(key, Duration.ofHours(1)),
                FaultyJob.models(),
                false);
    }

    private static SingleOutputStreamOperator<LlavaResult<Photo>> keyed(
            DataStream<Question<Photo>> questions,
            KeySelector<Question<Photo>, String> keys,
            KeyMemory<Question<Photo>, ?> memory,
            ModelSource models,
            boolean ordered) {
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
                                        true,
                                        PictureAccess.NONE,
                                        FaultyJob.settings(ordered),
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
        assertThat(results)
                .extracting(result -> result.input().id())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, FaultyJob.RECORDS)
                                .filter(id -> !endsItsDialogue(Photo.number(id)))
                                .boxed()
                                .toList());
        Map<Integer, List<LlavaResult<Photo>>> dialogues = new HashMap<>();
        for (LlavaResult<Photo> result : results) {
            Photo photo = result.input();
            int dialogue = turn(photo) / TURNS * DIALOGUES + photo.id() % DIALOGUES;
            dialogues.computeIfAbsent(dialogue, id -> new ArrayList<>()).add(result);
        }
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
