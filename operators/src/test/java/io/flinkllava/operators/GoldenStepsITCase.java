package io.flinkllava.operators;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;

import io.flinkllava.flink.pictures.PictureAccess;
import io.flinkllava.runtime.AnswerConstraint;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.RequestLimits;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Dialogues, equal requests and model changes with real checkpoints, from the builder on. */
class GoldenStepsITCase {

    private static final Path FIRST = Golden.checkpoint("llava15");
    private static final Path SECOND = Golden.checkpoint("vipllava");
    private static final Path PICTURES = Golden.path("checkpoints/images");
    private static final PictureAccess ACCESS =
            PictureAccess.NONE.withPrefixes(List.of(PICTURES.toString()));
    private static final ModelOptions OPTIONS =
            ModelOptions.DEFAULT.withDevice(Device.CPU).withMaxSequenceLength(512);
    private static final GenerationParameters SHORT =
            GenerationParameters.DEFAULT.withMaxNewTokens(6);

    @RegisterExtension static final MiniClusterExtension CLUSTER = LocalCluster.withSlots(2);

    private StreamExecutionEnvironment env;

    /** Not where the field is: the cluster is the one that is used only from here on. */
    @BeforeEach
    void useTheCluster() {
        env = StreamExecutionEnvironment.getExecutionEnvironment(LocalCluster.noKryo());
    }

    /**
     * What a user says.
     *
     * @param picture a file, or empty
     */
    public record Said(int id, String user, String picture, String text) {

        List<String> pictures() {
            return picture.isEmpty() ? List.of() : List.of(picture);
        }
    }

    @Test
    void dialogueIsAnsweredAsTheWholeOfItWouldBe() throws Exception {
        String picture = picture();
        DataStream<Said> turns =
                source(
                        new Said(0, "ann", picture, "What is this?"),
                        new Said(1, "bob", "", "Who are you?"),
                        new Said(2, "ann", "", "What colour?"),
                        new Said(3, "ann", "", "Why?"));
        List<LlavaResult<Said>> results =
                sorted(
                        Llava.conversation(turns)
                                .model(FIRST.toString())
                                .options(OPTIONS)
                                .generation(SHORT)
                                .keyBy(Said::user)
                                .imageReferences(Said::pictures)
                                .pictureAccess(ACCESS)
                                .question(Said::text)
                                .answers());
        try (LlavaModel model = LlavaModel.open(FIRST, OPTIONS)) {
            List<Message> dialogue = new ArrayList<>();
            for (int turn : List.of(0, 2, 3)) {
                dialogue.add(Message.user(results.get(turn).input().text()));
                LlavaRequest whole =
                        new LlavaRequest(
                                List.of(Files.readAllBytes(Path.of(picture))), dialogue, SHORT);
                assertSame(results.get(turn), model.submit(whole).get());
                dialogue.add(new Message(Message.Role.ASSISTANT, results.get(turn).text()));
            }
            LlavaRequest alone =
                    new LlavaRequest(List.of(), List.of(Message.user("Who are you?")), SHORT);
            assertSame(results.get(1), model.submit(alone).get());
        }
    }

    @Test
    void choiceIsThatOfTheModelAlone() throws Exception {
        String[] choices = {"red", "green", "blue"};
        String picture = picture();
        List<LlavaResult<Said>> results =
                sorted(
                        Llava.choose(
                                        source(
                                                new Said(0, "", picture, "Which colour?"),
                                                new Said(1, "", picture, "Which one not?")),
                                        choices)
                                .model(FIRST.toString())
                                .options(OPTIONS)
                                .imageReference(Said::picture)
                                .pictureAccess(ACCESS)
                                .question(Said::text)
                                .answers());
        assertThat(results).hasSize(2);
        GenerationParameters oneOfThem =
                GenerationParameters.DEFAULT.withConstraint(
                        new AnswerConstraint.Choice(List.of(choices)));
        try (LlavaModel model = LlavaModel.open(FIRST, OPTIONS)) {
            for (LlavaResult<Said> result : results) {
                LlavaRequest alone =
                        LlavaRequest.ask(
                                        Files.readAllBytes(Path.of(picture)), result.input().text())
                                .withGeneration(oneOfThem);
                LlavaAnswer.Text expected = (LlavaAnswer.Text) model.submit(alone).get();
                assertThat(result.text()).isEqualTo(expected.text());
                assertThat(result.choices()).isEqualTo(expected.choices());
                assertIsADistribution(result, choices);
            }
        }
    }

    /** Each label is a sequence of its own for the engine, and the queue holds one record. */
    @Test
    void recordsOfManyLabelsWaitForRoomInTheModelsQueue() throws Exception {
        int records = 24;
        String picture = picture();
        String[] labels = IntStream.range(0, 20).mapToObj(i -> "label " + i).toArray(String[]::new);
        List<LlavaResult<Said>> results =
                sorted(
                        Llava.choose(
                                        source(
                                                IntStream.range(0, records)
                                                        .mapToObj(
                                                                i ->
                                                                        new Said(
                                                                                i, "", picture,
                                                                                i + "?"))
                                                        .toArray(Said[]::new)),
                                        labels)
                                .model(FIRST.toString())
                                .options(
                                        OPTIONS.withLimits(
                                                RequestLimits.DEFAULT.withMaxQueuedRequests(1)))
                                .capacity(16)
                                .imageReference(Said::picture)
                                .pictureAccess(ACCESS)
                                .question(Said::text)
                                .answers());
        assertThat(results).hasSize(records).allMatch(LlavaResult::isText);
    }

    /** Over all choices in their order, and the answer is the likeliest. */
    private static void assertIsADistribution(LlavaResult<Said> result, String... choices) {
        assertThat(result.choices()).extracting(LlavaAnswer.Choice::text).containsExactly(choices);
        assertThat(result.choices().stream().mapToDouble(LlavaAnswer.Choice::probability).sum())
                .isCloseTo(1, within(1e-6));
        assertThat(result.choices())
                .allSatisfy(choice -> assertThat(choice.probability()).isBetween(0.0, 1.0));
        assertThat(
                        result.choices().stream()
                                .max(Comparator.comparing(LlavaAnswer.Choice::probability))
                                .orElseThrow()
                                .text())
                .isEqualTo(result.text());
    }

    @Test
    void equalRequestsAreAnsweredOnce() throws Exception {
        String picture = picture();
        Said[] same = new Said[20];
        for (int id = 0; id < same.length; id++) {
            same[id] = new Said(id, "", picture, "What is this?");
        }
        List<LlavaResult<Said>> results =
                sorted(
                        Llava.ask(source(same))
                                .model(FIRST.toString())
                                .options(OPTIONS)
                                .generation(SHORT)
                                .imageReference(Said::picture)
                                .pictureAccess(ACCESS)
                                .question(Said::text)
                                .deduplicate(Duration.ofMinutes(5))
                                .answers());
        assertThat(results).hasSize(same.length);
        // Timing and all: it is the one answer.
        assertThat(results).extracting(LlavaResult::answer).containsOnly(results.get(0).answer());
    }

    @Test
    void modelChangesByEventTimeAndBrokenFoldersAreRejected() throws Exception {
        String picture = picture();
        Said[] said = new Said[10];
        for (int id = 0; id < said.length; id++) {
            said[id] = new Said(id, "", picture, "What is this?");
        }
        DataStream<ModelChange> control =
                env.fromData(
                                new ModelChange(PICTURES.toString(), 2),
                                new ModelChange(SECOND.toString(), 6))
                        .assignTimestampsAndWatermarks(
                                WatermarkStrategy.<ModelChange>forMonotonousTimestamps()
                                        .withTimestampAssigner(
                                                (change, time) -> change.effectiveFrom()));
        ModelChanges changes = Llava.modelChanges(control, OPTIONS, ModelChangeMode.EVENT_TIME);
        var rejected = changes.rejected().collectAsync();
        List<LlavaResult<Said>> results =
                sorted(
                        Llava.ask(source(said))
                                .model(FIRST.toString())
                                .modelChanges(changes)
                                .options(OPTIONS)
                                .generation(SHORT)
                                .imageReference(Said::picture)
                                .pictureAccess(ACCESS)
                                .question(Said::text)
                                .answers());
        assertThat(results).hasSize(said.length);
        assertAnsweredBy(FIRST, results.subList(0, 6));
        assertAnsweredBy(SECOND, results.subList(6, said.length));
        assertThat(results.get(0).generated().tokenIds())
                .as("what tells one model from the other")
                .isNotEqualTo(results.get(6).generated().tokenIds());
        List<RejectedModel> broken = new ArrayList<>();
        rejected.forEachRemaining(broken::add);
        assertThat(broken).extracting(RejectedModel::folder).containsExactly(PICTURES.toString());
        assertThat(broken.get(0).message()).contains("config.json");
    }

    private static void assertAnsweredBy(Path checkpoint, List<LlavaResult<Said>> results)
            throws Exception {
        try (LlavaModel model = LlavaModel.open(checkpoint, OPTIONS)) {
            for (LlavaResult<Said> result : results) {
                byte[] picture = Files.readAllBytes(Path.of(result.input().picture()));
                LlavaRequest alone =
                        LlavaRequest.ask(picture, result.input().text()).withGeneration(SHORT);
                assertSame(result, model.submit(alone).get());
                assertThat(result.modelVersion()).isEqualTo(model.info().fingerprint());
            }
        }
    }

    private static void assertSame(LlavaResult<Said> result, LlavaAnswer expected) {
        assertThat(result.generated().tokenIds())
                .isEqualTo(((LlavaAnswer.Text) expected).tokenIds());
    }

    private DataStream<Said> source(Said... said) {
        env.setParallelism(1);
        return env.fromData(said)
                .assignTimestampsAndWatermarks(
                        WatermarkStrategy.<Said>forMonotonousTimestamps()
                                .withTimestampAssigner((value, time) -> value.id()));
    }

    private static List<LlavaResult<Said>> sorted(DataStream<LlavaResult<Said>> results)
            throws Exception {
        List<LlavaResult<Said>> all = new ArrayList<>(results.executeAndCollect(1000));
        all.sort(Comparator.comparing(result -> result.input().id()));
        return all;
    }

    private static String picture() throws Exception {
        try (var files = Files.list(PICTURES)) {
            return files.filter(file -> file.toString().endsWith(".png"))
                    .sorted()
                    .findFirst()
                    .orElseThrow()
                    .toString();
        }
    }
}
