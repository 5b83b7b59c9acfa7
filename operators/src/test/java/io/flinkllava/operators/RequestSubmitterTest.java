package io.flinkllava.operators;

import io.flinkllava.flink.pictures.PictureAccess;
import io.flinkllava.flink.pictures.PictureReader;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import static org.assertj.core.api.Assertions.assertThat;

class RequestSubmitterTest {

    private static final byte[] CAT = {1, 2, 3};

    @TempDir private Path folder;
    private final FakeModel model = new FakeModel();
    private PictureReader reader;
    private RequestSubmitter submitter;

    @BeforeEach
    void open() {
        reader = PictureReader.open(PictureAccess.NONE.withPrefixes(List.of(folder.toString())), 1);
        submitter = new RequestSubmitter(reader);
    }

    @AfterEach
    void close() {
        reader.close();
    }

    @Test
    void namedPicturesAreReadAndKeepTheirPlace() throws Exception {
        Path cat = Files.write(folder.resolve("cat.png"), CAT);
        CompletableFuture<LlavaAnswer> answer =
                submitter.submit(
                        model,
                        draft(
                                PictureSource.bytes(new byte[] {9}),
                                PictureSource.reference(cat.toString())));
        model.awaitAsked(1);
        assertThat(model.request(0).images()).containsExactly(new byte[] {9}, CAT);
        LlavaAnswer.Failure said = new LlavaAnswer.Failure(LlavaErrorCode.INTERNAL, "?");
        model.complete(0, said);
        assertThat(answer.get()).isEqualTo(said);
    }

    @Test
    void pictureThatIsNotAllowedOrNotThereIsAnInputFailure() throws Exception {
        for (String reference : List.of("/etc/hostname", folder + "/none.png")) {
            LlavaAnswer answer =
                    submitter.submit(model, draft(PictureSource.reference(reference))).get();
            assertThat(answer)
                    .isInstanceOfSatisfying(
                            LlavaAnswer.Failure.class,
                            failure -> assertThat(failure.code()).isEqualTo(LlavaErrorCode.INPUT));
        }
        assertThat(model.asked()).isZero();
    }

    @Test
    void cancelledRequestIsCancelledInTheModel() throws Exception {
        Path cat = Files.write(folder.resolve("cat.png"), CAT);
        CompletableFuture<LlavaAnswer> answer =
                submitter.submit(model, draft(PictureSource.reference(cat.toString())));
        model.awaitAsked(1);
        answer.cancel(false);
        // The reader's thread may be linking the two at this moment.
        assertThat(model.future(0).handle((value, problem) -> problem).get()).isNotNull();
    }

    private static RequestDraft draft(PictureSource... pictures) {
        return new RequestDraft(
                List.of(pictures),
                List.of(),
                List.of(Message.user("?")),
                GenerationParameters.DEFAULT,
                LlavaRequest.NO_LIMIT);
    }
}
