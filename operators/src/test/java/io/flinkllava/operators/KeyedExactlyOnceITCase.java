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
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
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
    private static final int OFTEN_ASKED = 100;

    private static final int TURNS_PER_PICTURE = 3;

    /** Each so many turns a dialogue is ended. */
    private static final int TURNS = 20;

    @RegisterExtension static final MiniClusterExtension CLUSTER = LocalCluster.withSlots(4);

    @TempDir private Path savepoints;

    @BeforeEach
    void clear() {
        FaultyJob.clear();
    }

    @AfterEach
    void allFaultsHappened() {
        ScrambledModel.take(ScrambledModel.Pace.USUAL);
        Faults.assertAllHappened();
    }

    @Test
    void orderedConversations() throws Exception {
        FaultyJob.planAllPhases();
        StreamExecutionEnvironment env = FaultyJob.environment(false, 2);
        FaultyJob.run(conversations(unchanging(env), true));
        assertDialoguesAreIntact(Committed.results());
    }

    @ParameterizedTest
    @EnumSource
    void conversationsWhoseModelChanges(ModelChangeMode mode) throws Exception {
        FaultyJob.planAllPhases();
        PlannedChanges.plan();
        StreamExecutionEnvironment env = FaultyJob.environment(true, 2);
        FaultyJob.run(conversations(dialogues(env, mode), false));
        assertDialoguesAreIntact(Committed.results());
        PlannedChanges.assertModels(mode, Committed.results());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void deduplicationOverChangesOfTheModel(boolean unaligned) throws Exception {
        FaultyJob.planAllPhases();
        PlannedChanges.plan();
        planFewRequests();
        StreamExecutionEnvironment env = FaultyJob.environment(unaligned, 2);
        FaultyJob.run(deduplicated(changing(env, ModelChangeMode.ARRIVAL)));
        assertAnswersOfEqualRequests(Committed.results());
        PlannedChanges.assertModels(ModelChangeMode.ARRIVAL, Committed.results());
    }

    /** Not all reach the model. */
    private static void planFewRequests() {
        Faults.plan("queue", 20, 300);
        Faults.plan("prefill", 10, 250);
        Faults.plan("decode", 200, 600);
    }

    @Test
    void rescaledConversations() throws Exception {
        FaultyJob.planAllPhases();
        FaultyJob.runRescaledInFlight(env -> conversations(unchanging(env), true), savepoints);
        assertDialoguesAreIntact(Committed.results());
    }

    @Test
    void rescaledConversationsWhoseModelChanges() throws Exception {
        FaultyJob.planAllPhases();
        PlannedChanges.plan();
        FaultyJob.runRescaledInFlight(
                env -> conversations(dialogues(env, ModelChangeMode.EVENT_TIME), true), savepoints);
        assertDialoguesAreIntact(Committed.results());
        PlannedChanges.assertModels(ModelChangeMode.EVENT_TIME, Committed.results());
    }

    @Test
    void rescaledDeduplication() throws Exception {
        FaultyJob.planAllPhases();
        planFewRequests();
        // Known answers take no time, so that all may be answered when the job is stopped.
        List<Long> unused = FaultyJob.runRescaled(env -> deduplicated(unchanging(env)), savepoints);
        assertAnswersOfEqualRequests(Committed.results());
    }

    /** Flink drops a keyed state in BATCH mode as soon as another key is touched. */
    @Test
    void batch() throws Exception {
        ScrambledModel.take(ScrambledModel.Pace.QUICK);
        assertDialoguesAreIntact(
                conversations(atOnce(batchEnvironment()), false)
                        .executeAndCollect(2 * FaultyJob.RECORDS));
        assertDialoguesAreIntact(
                conversations(dialoguesAtOnce(batchEnvironment()), false)
                        .executeAndCollect(2 * FaultyJob.RECORDS));
        ScrambledModel.ASKED.set(0);
        assertAnswersOfEqualRequests(
                deduplicated(atOnce(batchEnvironment())).executeAndCollect(2 * FaultyJob.RECORDS));
        assertThat(ScrambledModel.ASKED)
                .hasValue(
                        (int)
                                IntStream.range(0, FaultyJob.RECORDS)
                                        .map(KeyedExactlyOnceITCase::asked)
                                        .distinct()
                                        .count());
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

    private static Stamp atOnce(StreamExecutionEnvironment env) {
        return keys -> Question.stamp(FaultyJob.photosAtOnce(env), keys, "ask");
    }

    private static Stamp changing(StreamExecutionEnvironment env, ModelChangeMode mode) {
        return keys -> PlannedChanges.in(env, mode).stamp(FaultyJob.photos(env), keys, "ask");
    }

    /** Turns of a dialogue wait for their model in its place, or pass one another. */
    private static Stamp dialogues(StreamExecutionEnvironment env, ModelChangeMode mode) {
        return dialogues(FaultyJob.photos(env), PlannedChanges.in(env, mode));
    }

    private static Stamp dialoguesAtOnce(StreamExecutionEnvironment env) {
        return dialogues(
                FaultyJob.photosAtOnce(env), PlannedChanges.in(env, ModelChangeMode.EVENT_TIME));
    }

    private static Stamp dialogues(DataStream<Photo> photos, ModelChanges changes) {
        return keys ->
                changes.stamp(photos.keyBy(KeyedExactlyOnceITCase::dialogue, Types.STRING), "ask");
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
                        KeyedExactlyOnceITCase::pictures,
                        Photo::question,
                        KeyedExactlyOnceITCase::endsItsDialogue,
                        "",
                        GenerationParameters.DEFAULT,
                        new ConversationLimits(MAX_TURNS, 1 << 20),
                        Duration.ofHours(1)),
                FaultyJob.models(KeyedExactlyOnceITCase::said),
                ordered);
    }

    private static List<PictureSource> pictures(Photo photo) {
        return shows(photo) ? List.of(PictureSource.bytes(photo.bytes())) : List.of();
    }

    /** Not on the same turns of each dialogue: every third is not every twentieth. */
    private static boolean shows(Photo photo) {
        return turn(photo) % TURNS_PER_PICTURE == 0;
    }

    private static int turn(Photo photo) {
        return photo.id() / DIALOGUES;
    }

    private static boolean endsItsDialogue(Photo photo) {
        return turn(photo) % TURNS == TURNS - 1;
    }

    /** The photo that one asks about: one of those that all ask about, or the same as the next. */
    private static int asked(int id) {
        return id % 4 < 2 ? id % OFTEN_ASKED : OFTEN_ASKED + id / 4;
    }

    private static SingleOutputStreamOperator<LlavaResult<Photo>> deduplicated(Stamp stamp) {
        RequestKey<Photo> key =
                new RequestKey<>(
                        photo -> RequestDraft.of(Photo.number(asked(photo.id())).request()), null);
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

    /** An answer that depends on all that was said and shown. */
    private static LlavaAnswer.Text said(LlavaRequest request) {
        return said(
                request.images().stream()
                        .map(picture -> new String(picture, StandardCharsets.UTF_8))
                        .toList(),
                request.messages());
    }

    private static LlavaAnswer.Text said(List<String> pictures, List<Message> messages) {
        return new LlavaAnswer.Text(
                Integer.toHexString(31 * messages.hashCode() + pictures.hashCode()),
                List.of(messages.size(), pictures.size()),
                10 * messages.size() + pictures.size(),
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
        // Of the turns that are forgotten, the first picture stays.
        List<String> kept = List.of();
        int oldest = 0;
        for (int turn = 0; turn < dialogue.size(); turn++) {
            int forgotten = turn - oldest > MAX_TURNS ? turn - (MAX_TURNS + 1) / 2 : oldest;
            for (; oldest < forgotten; oldest++) {
                kept = kept.isEmpty() ? pictures(dialogue.get(oldest)) : kept;
            }
            LlavaResult<Photo> result = dialogue.get(turn);
            assertThat(result.generated())
                    .isEqualTo(
                            ScrambledModel.said(
                                    result.model(),
                                    expected(kept, dialogue.subList(oldest, turn + 1))));
        }
    }

    /**
     * What is said to the last turn.
     *
     * @param kept pictures of turns before these
     */
    private static LlavaAnswer.Text expected(List<String> kept, List<LlavaResult<Photo>> turns) {
        // Where only the first turn shows pictures, the model's template places them.
        boolean placed = turns.stream().skip(1).anyMatch(turn -> !pictures(turn).isEmpty());
        List<String> pictures = new ArrayList<>(kept);
        List<Message> messages = new ArrayList<>();
        int last = turns.size() - 1;
        for (int i = 0; i <= last; i++) {
            LlavaResult<Photo> turn = turns.get(i);
            pictures.addAll(pictures(turn));
            int inFront = i == 0 ? pictures.size() : pictures(turn).size();
            String places = placed ? "<image>\n".repeat(inFront) : "";
            messages.add(Message.user(places + turn.input().question()));
            if (i < last) {
                messages.add(new Message(Message.Role.ASSISTANT, turn.text()));
            }
        }
        return said(pictures, messages);
    }

    private static List<String> pictures(LlavaResult<Photo> turn) {
        return shows(turn.input()) ? List.of(Integer.toString(turn.input().id())) : List.of();
    }

    private static void assertAnswersOfEqualRequests(List<LlavaResult<Photo>> results) {
        FaultyJob.assertEveryIdOnce(results);
        assertThat(results)
                .allSatisfy(
                        result -> {
                            LlavaRequest request =
                                    Photo.number(asked(result.input().id())).request();
                            FaultyJob.assertAnswers(result, request);
                        });
        assertThat(ScrambledModel.ASKED.get())
                .as("requests that reached the model")
                .isLessThan(FaultyJob.emissions() * 3 / 4);
    }
}
