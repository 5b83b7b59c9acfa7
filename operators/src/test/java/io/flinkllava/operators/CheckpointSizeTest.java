package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;

import io.flinkllava.flink.pictures.PictureAccess;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Records in flight that name their pictures put the names into a checkpoint, not the pictures. */
class CheckpointSizeTest {

    private static final int IN_FLIGHT = 100;
    private static final int PICTURE_BYTES = 200_000;

    @TempDir private Path folder;

    @Test
    void namedPicturesTakeNoRoom() throws Exception {
        Path picture = Files.write(folder.resolve("picture.png"), new byte[PICTURE_BYTES]);
        FakeModel model = new FakeModel();
        OneInputStreamOperatorTestHarness<Photo, LlavaResult<Photo>> harness =
                new OneInputStreamOperatorTestHarness<>(
                        new LlavaOperatorFactory<>(
                                OperatorPlan.plain(
                                        Types.POJO(Photo.class),
                                        photo ->
                                                new RequestDraft(
                                                        List.of(
                                                                PictureSource.reference(
                                                                        photo.question())),
                                                        List.of(),
                                                        List.of(Message.user("What is it?")),
                                                        GenerationParameters.DEFAULT,
                                                        LlavaRequest.NO_LIMIT),
                                        (context, version) -> new OpenModel(model, model::close),
                                        PictureAccess.NONE.withPrefixes(List.of(folder.toString())),
                                        new QueueSettings(
                                                true,
                                                IN_FLIGHT,
                                                QueueSettings.NO_TIMEOUT,
                                                RetryPolicy.NONE,
                                                ErrorPolicy.FAIL))));
        harness.open();
        for (int id = 0; id < IN_FLIGHT; id++) {
            harness.processElement(new Photo(id, picture.toString()), id);
        }
        model.awaitAsked(IN_FLIGHT);
        assertThat(model.request(0).images().get(0)).hasSize(PICTURE_BYTES);
        assertThat(harness.snapshot(1, 1).getStateSize()).isBetween(1L, 100_000L);
        harness.close();
    }
}
