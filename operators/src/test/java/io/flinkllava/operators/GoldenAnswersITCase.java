package io.flinkllava.operators;

import org.apache.flink.core.testutils.CommonTestUtils;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;

import io.flinkllava.flink.model.ModelScope;
import io.flinkllava.runtime.CheckpointOptions;
import io.flinkllava.runtime.CheckpointOptions.SeveralImages;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.pool.ModelPool;
import io.flinkllava.testing.Golden;
import io.flinkllava.testing.GoldenRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Jobs with a real model: what Flink emits is what Hugging Face transformers says. */
class GoldenAnswersITCase {

    private static final String CHECKPOINT = "llava15";
    private static final ModelOptions OPTIONS =
            ModelOptions.DEFAULT.withDevice(Device.CPU).withMaxSequenceLength(512);
    private static final GenerationParameters AS_THE_REFERENCE =
            GenerationParameters.DEFAULT.withMaxNewTokens(24);

    @RegisterExtension static final MiniClusterExtension CLUSTER = LocalCluster.withSlots(2);

    private StreamExecutionEnvironment env;

    /** Not where the field is: the cluster is the one that is used only from here on. */
    @BeforeEach
    void useTheCluster() {
        env = StreamExecutionEnvironment.getExecutionEnvironment(LocalCluster.noKryo());
    }

    /** Pictures, several of them, videos, dialogues and bare questions, in one job. */
    @ParameterizedTest
    @CsvSource({
        "llava15, TILED",
        "next_vicuna, TILED",
        "next_mistral, TILED",
        "next_video, TILED",
        "onevision, TILED",
        "onevision_max2, TILED",
        "onevision_max2, ONE_TILE_EACH",
        "interleave, TILED",
        "vipllava, TILED"
    })
    void answersAreThoseOfTransformersAndTheModelIsClosedAfterwards(
            String checkpoint, SeveralImages several) throws Exception {
        List<GoldenRequest> golden = GoldenRequest.all(checkpoint);
        List<Integer> asked =
                IntStream.range(0, golden.size())
                        .filter(index -> isSeen(golden.get(index), several))
                        .boxed()
                        .toList();
        env.setParallelism(2);
        DataStream<Integer> indexes = env.fromData(asked).rebalance();
        List<LlavaResult<Integer>> results =
                Llava.ask(indexes)
                        .model(Golden.checkpoint(checkpoint).toString())
                        .options(
                                OPTIONS.withCheckpoint(
                                        CheckpointOptions.DEFAULT.withSeveralImages(several)))
                        .scope(ModelScope.DEVICE)
                        .images(index -> request(checkpoint, index).images())
                        .video(index -> request(checkpoint, index).video())
                        .messages(index -> request(checkpoint, index).messages())
                        .generation(AS_THE_REFERENCE)
                        .unordered()
                        .answers()
                        .executeAndCollect(2 * golden.size());

        assertThat(results)
                .extracting(LlavaResult::input)
                .containsExactlyInAnyOrderElementsOf(asked);
        for (LlavaResult<Integer> result : results) {
            GoldenRequest expected = golden.get(result.input());
            if (expected.isDecidable()) {
                assertThat(result.generated().tokenIds())
                        .as(expected.id())
                        .isEqualTo(expected.tokenIds());
            }
            assertThat(result.generated().promptTokens())
                    .as(expected.id())
                    .isEqualTo(expected.promptTokens());
            assertThat(result.model()).isEqualTo(checkpoint);
        }
        // Models linger for minutes; it is the end of the job that closes them.
        CommonTestUtils.waitUtil(
                () ->
                        ModelPool.shared().models().stream()
                                .noneMatch(
                                        open ->
                                                open.key()
                                                        .folder()
                                                        .equals(Golden.checkpoint(checkpoint))),
                Duration.ofMinutes(1),
                "The model is still open");
    }

    @Test
    void missingPictureIsOneFailureAmongAnswers() throws Exception {
        String good = Golden.image("img0.png").toString();
        DataStream<String> paths = env.fromData(good, "no/such/cat.png", good);
        env.setParallelism(1);
        List<LlavaResult<String>> results =
                Llava.caption(paths)
                        .model(Golden.checkpoint(CHECKPOINT).toString())
                        .options(OPTIONS)
                        .image(GoldenAnswersITCase::read)
                        .answers()
                        .executeAndCollect(4);
        assertThat(results).extracting(LlavaResult::isText).containsExactly(true, false, true);
        assertThat(results.get(1).failure().code()).isEqualTo(LlavaErrorCode.INPUT);
        assertThat(results.get(1).failure().message())
                .isEqualTo("NoSuchFileException: no/such/cat.png");
        assertThat(results.get(0).text()).isEqualTo(results.get(2).text());
    }

    @Test
    void missingFolderFailsTheJobWithOneLine() {
        DataStream<String> paths = env.fromData("cat.png");
        assertThatThrownBy(
                        () ->
                                Llava.caption(paths)
                                        .model("/no/such/llava")
                                        .options(OPTIONS)
                                        .image(GoldenAnswersITCase::read)
                                        .answers()
                                        .executeAndCollect(1))
                .rootCause()
                .isInstanceOf(LlavaException.class)
                .hasMessageContaining("/no/such/llava");
    }

    /** Whether the reference saw its pictures this way; one alone leaves no choice. */
    private static boolean isSeen(GoldenRequest request, SeveralImages several) {
        return request.severalImages() == several || request.request().images().size() < 2;
    }

    private static LlavaRequest request(String checkpoint, int index) {
        try {
            return GoldenRequest.all(checkpoint).get(index).request();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] read(String path) {
        try {
            return Files.readAllBytes(Path.of(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
