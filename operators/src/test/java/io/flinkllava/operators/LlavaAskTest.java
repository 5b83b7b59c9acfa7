package io.flinkllava.operators;

import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.util.InstantiationUtil;

import io.flinkllava.flink.model.ModelScope;
import io.flinkllava.flink.model.TaskModel;
import io.flinkllava.flink.pictures.PictureAccess;
import io.flinkllava.flink.pictures.PictureReader;
import io.flinkllava.runtime.AnswerConstraint;
import io.flinkllava.runtime.CheckpointOptions;
import io.flinkllava.runtime.CheckpointOptions.SeveralImages;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;
import io.flinkllava.runtime.ModelOptions;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LlavaAskTest {

    private static final Photo PHOTO = Photo.number(7);

    private final DataStream<Photo> photos =
            StreamExecutionEnvironment.getExecutionEnvironment().fromData(PHOTO);

    @Test
    void pictureAndQuestionMakeTheRequest() throws Exception {
        GenerationParameters generation = new GenerationParameters(12, 0);
        LlavaRequest request =
                request(
                        Llava.ask(photos)
                                .image(Photo::bytes)
                                .question(Photo::question)
                                .generation(generation));
        assertThat(request.images()).containsExactly(PHOTO.bytes());
        assertThat(request.messages()).containsExactly(Message.user(PHOTO.question()));
        assertThat(request.generation()).isEqualTo(generation);
    }

    @Test
    void severalPicturesKeepTheirOrder() throws Exception {
        LlavaRequest request =
                request(
                        Llava.ask(photos)
                                .images(photo -> List.of(new byte[] {1}, new byte[] {2}))
                                .question("Which one is older?"));
        assertThat(request.images()).containsExactly(new byte[] {1}, new byte[] {2});
        assertThat(request.messages()).containsExactly(Message.user("Which one is older?"));
    }

    @Test
    void videoComesAloneOrBesidePictures() throws Exception {
        byte[] first = {1};
        byte[] second = {2};
        LlavaRequest alone =
                request(
                        Llava.ask(photos)
                                .video(photo -> List.of(first, second))
                                .question("What happens?"));
        assertThat(alone.images()).isEmpty();
        assertThat(alone.video()).containsExactly(first, second);

        LlavaRequest both =
                request(
                        Llava.ask(photos)
                                .image(Photo::bytes)
                                .video(photo -> List.of(first))
                                .messages(photo -> List.of(Message.user("<image> in <video>?"))));
        assertThat(both.images()).containsExactly(PHOTO.bytes());
        assertThat(both.video()).containsExactly(first);
        assertThat(both.messages()).containsExactly(Message.user("<image> in <video>?"));
    }

    @Test
    void recordMayHaveNeitherPictureNorVideo() throws Exception {
        LlavaRequest request =
                request(
                        Llava.ask(photos)
                                .images(photo -> List.of())
                                .video(photo -> List.of())
                                .question("Why?"));
        assertThat(request.images()).isEmpty();
        assertThat(request.video()).isEmpty();
        assertThat(request.messages()).containsExactly(Message.user("Why?"));
    }

    @Test
    void dialogueReplacesTheQuestionAndNeedsNoPicture() throws Exception {
        List<Message> dialogue =
                List.of(
                        Message.user("Hello"),
                        new Message(Message.Role.ASSISTANT, "Hi"),
                        Message.user("Bye"));
        LlavaRequest request = request(Llava.ask(photos).messages(photo -> dialogue));
        assertThat(request.images()).isEmpty();
        assertThat(request.messages()).isEqualTo(dialogue);
    }

    @Test
    void wholeRequestIsTakenAsItIs() throws Exception {
        LlavaRequest request = request(Llava.ask(photos).request(Photo::request));
        assertThat(request.messages()).containsExactly(Message.user(PHOTO.question()));
    }

    @Test
    void captionHasAQuestionThatMayBeChanged() throws Exception {
        assertThat(request(Llava.caption(photos).image(Photo::bytes)).messages())
                .containsExactly(Message.user("Describe the image."));
        assertThat(request(Llava.caption(photos).image(Photo::bytes).question("Where?")).messages())
                .containsExactly(Message.user("Where?"));
        assertThat(request(Llava.caption(photos).video(photo -> List.of())).messages())
                .containsExactly(Message.user("Describe the video."));
        assertThat(request(Llava.caption(photos).request(Photo::request)).messages())
                .containsExactly(Message.user(PHOTO.question()));
    }

    @Test
    void choosingConstrainsTheAnswerAndNothingElse() throws Exception {
        LlavaRequest request =
                request(
                        Llava.choose(photos, "cat", "dog")
                                .image(Photo::bytes)
                                .question("Which?")
                                .generation(GenerationParameters.DEFAULT.withMaxNewTokens(3)));
        assertThat(request.generation())
                .isEqualTo(
                        GenerationParameters.DEFAULT
                                .withMaxNewTokens(3)
                                .withConstraint(
                                        new AnswerConstraint.Choice(List.of("cat", "dog"))));
        assertThatThrownBy(() -> Llava.choose(photos, "cat", "cat"))
                .isInstanceOf(LlavaException.class);
    }

    @Test
    void referencesAreNotReadBeforeTheModelIsAsked() throws Exception {
        RequestDraft draft =
                built(
                                Llava.ask(photos)
                                        .imageReference(photo -> "s3://photos/" + photo.id())
                                        .question("?"))
                        .plan()
                        .drafts()
                        .apply(PHOTO);
        assertThat(draft.images()).containsExactly(new PictureSource.Reference("s3://photos/7"));
    }

    @Test
    void dialoguesNeedAKeyAndAQuestion() {
        assertThatThrownBy(
                        () ->
                                Llava.conversation(photos)
                                        .model("/m")
                                        .question(Photo::question)
                                        .answers())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("keyBy");
        assertThatThrownBy(() -> Llava.conversation(photos).model("/m").keyBy(Photo::id).answers())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("question");
    }

    @Test
    void nameIsTheUidUnlessThereIsOne() {
        assertThat(
                        Llava.conversation(photos)
                                .model("/m")
                                .keyBy(Photo::id)
                                .question(Photo::question)
                                .answers()
                                .getTransformation()
                                .getUid())
                .isEqualTo("llava-conversation");
    }

    @Test
    void whatARecordLacksIsNamed() {
        assertInputError(
                Llava.ask(photos).image(photo -> null).question("?"), "The record's image is null");
        assertInputError(
                Llava.ask(photos).images(photo -> null).question("?"), "list of images is null");
        assertInputError(
                Llava.ask(photos).video(photo -> null).question("?"), "The record's video is null");
        assertInputError(
                Llava.ask(photos).video(photo -> Collections.singletonList(null)).question("?"),
                "The record's frame is null");
        assertInputError(
                Llava.ask(photos).image(Photo::bytes).question(photo -> null), "question is null");
        assertInputError(Llava.ask(photos).messages(photo -> null), "list of messages is null");
    }

    @Test
    void tooLittleOrTooMuchIsRefused() {
        assertRefused(Llava.ask(photos).image(Photo::bytes), "There is no question");
        assertRefused(Llava.ask(photos).question("?"), "There is no picture");
        assertRefused(
                Llava.ask(photos)
                        .image(Photo::bytes)
                        .question("?")
                        .messages(photo -> List.of(Message.user("?"))),
                "exclude each other");
        assertRefused(
                Llava.ask(photos).request(Photo::request).generation(GenerationParameters.DEFAULT),
                "request(...)");
        assertRefused(
                Llava.ask(photos).request(Photo::request).video(photo -> List.of()),
                "request(...)");
        assertThatThrownBy(() -> Llava.ask(photos).request(Photo::request).answers())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("model(...)");
    }

    @Test
    void numbersAreChecked() {
        assertThatThrownBy(() -> Llava.ask(photos).capacity(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("capacity is 0");
        assertThatThrownBy(() -> Llava.ask(photos).timeout(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("timeout is PT0S");
    }

    @Test
    void defaultsAreSensible() throws Exception {
        LlavaOperatorFactory<Photo, Photo> factory =
                built(Llava.ask(photos).request(Photo::request));
        assertThat(factory.plan().settings())
                .isEqualTo(
                        new QueueSettings(
                                true,
                                QueueSettings.BY_BATCH,
                                QueueSettings.NO_TIMEOUT,
                                RetryPolicy.DEFAULT,
                                ErrorPolicy.AS_RESULT));
        assertThat(factory.plan().models())
                .isEqualTo(
                        new PoolModelSource(
                                new TaskModel("/m", ModelOptions.DEFAULT, ModelScope.SLOT)));
    }

    @Test
    void settingsReachTheOperator() throws Exception {
        ModelOptions options =
                ModelOptions.DEFAULT.withCheckpoint(
                        new CheckpointOptions(
                                "/towers/clip", "v1", "fp16", SeveralImages.ONE_TILE_EACH));
        LlavaOperatorFactory<Photo, Photo> factory =
                built(
                        Llava.ask(photos)
                                .request(Photo::request)
                                .options(options)
                                .scope(ModelScope.DEVICE)
                                .unordered()
                                .capacity(12)
                                .timeout(Duration.ofSeconds(9))
                                .retry(RetryPolicy.NONE)
                                .onError(ErrorPolicy.FAIL));
        assertThat(factory.plan().settings())
                .isEqualTo(
                        new QueueSettings(
                                false,
                                12,
                                Duration.ofSeconds(9),
                                RetryPolicy.NONE,
                                ErrorPolicy.FAIL));
        assertThat(factory.plan().models())
                .isEqualTo(new PoolModelSource(new TaskModel("/m", options, ModelScope.DEVICE)));
    }

    @Test
    void nameAndUidAreSet() {
        SingleOutputStreamOperator<LlavaResult<Photo>> answers =
                Llava.ask(photos)
                        .model("/m")
                        .request(Photo::request)
                        .name("look")
                        .uid("look-1")
                        .answers();
        assertThat(answers.getName()).isEqualTo("look");
        assertThat(answers.getTransformation().getUid()).isEqualTo("look-1");
        assertThat(answers.getType()).isEqualTo(LlavaResult.type(photos.getType()));
    }

    @Test
    void capacityFollowsTheModelsBatch() {
        QueueSettings settings = AskHarness.settings(true, QueueSettings.BY_BATCH);
        assertThat(settings.capacity(256, false)).isEqualTo(1024);
        assertThat(settings.capacity(8, true)).isEqualTo(128);
        assertThat(AskHarness.settings(true, 5).capacity(8, true)).isEqualTo(5);
    }

    /** Without that no shuffle may come in front of a key's records. */
    @Test
    void keysAreComputedBehindAShuffleThatTheJobAskedFor() {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setParallelism(3);
        DataStream<Photo> one = env.fromData(FaultyJob.PHOTO, PHOTO);
        assertThat(one.getParallelism()).isEqualTo(1);
        assertThat(parallelismOfKeys(one)).isEqualTo(1);
        assertThat(parallelismOfKeys(one.rebalance())).isEqualTo(3);
    }

    @Test
    void twoControlStreamsHaveUidsOfTheirOwn() {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        for (String uid : List.of("one", "two")) {
            ModelChanges changes =
                    Llava.modelChanges(
                                    env.fromData(ModelChange.to("/m")),
                                    ModelOptions.DEFAULT,
                                    ModelChangeMode.ARRIVAL)
                            .uid("changes-" + uid);
            Llava.ask(env.fromData(FaultyJob.PHOTO, PHOTO))
                    .model("/m")
                    .request(Photo::request)
                    .modelChanges(changes)
                    .uid(uid)
                    .answers()
                    .sinkTo(new DiscardingSink<>());
        }
        assertThat(env.getStreamGraph().getStreamNodes())
                .extracting(StreamNode::getTransformationUID)
                .contains("changes-one", "changes-two", "one-models", "two-models");
    }

    private static int parallelismOfKeys(DataStream<Photo> stream) {
        return Llava.ask(stream)
                .model("/m")
                .request(Photo::request)
                .deduplicate(Duration.ofHours(1))
                .answers()
                .getTransformation()
                .getTransitivePredecessors()
                .stream()
                .filter(step -> step.getName().endsWith("-questions"))
                .findFirst()
                .orElseThrow()
                .getParallelism();
    }

    private static LlavaRequest request(LlavaAsk<Photo> ask) throws Exception {
        RequestDraft draft = built(ask).plan().drafts().apply(PHOTO);
        try (PictureReader reader = PictureReader.open(PictureAccess.NONE, 1)) {
            return DraftReading.start(draft, reader).request();
        }
    }

    /** The factory as a task gets it: serialized and back. */
    private static LlavaOperatorFactory<Photo, Photo> built(LlavaAsk<Photo> ask)
            throws IOException, ClassNotFoundException {
        OneInputTransformation<?, ?> transformation =
                (OneInputTransformation<?, ?>) ask.model("/m").answers().getTransformation();
        return InstantiationUtil.deserializeObject(
                InstantiationUtil.serializeObject(transformation.getOperatorFactory()),
                LlavaAskTest.class.getClassLoader());
    }

    private static void assertInputError(LlavaAsk<Photo> ask, String message) {
        assertThatThrownBy(() -> request(ask))
                .isInstanceOf(LlavaException.class)
                .hasMessageContaining(message);
    }

    private static void assertRefused(LlavaAsk<Photo> ask, String message) {
        assertThatThrownBy(() -> ask.model("/m").answers())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(message);
    }
}
