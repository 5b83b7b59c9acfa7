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

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import static org.assertj.core.api.Assertions.assertThat;

class RequestSubmitterTest {

    private static final byte[] CAT = {1, 2, 3};

    @TempDir private Path folder;
    private final FakeModel model = new FakeModel();
    private PictureReader reader;
    private RequestSubmitter submitter;

    /** A picture where nobody listens. */
    private String refused;

    @BeforeEach
    void open() throws IOException {
        String host;
        try (ServerSocket socket = new ServerSocket(0)) {
            host = "127.0.0.1:" + socket.getLocalPort();
        }
        refused = "http://" + host + "/a.png";
        reader =
                PictureReader.open(
                        PictureAccess.NONE
                                .withPrefixes(List.of(folder.toString()))
                                .withPrivateHosts(List.of(host)),
                        1);
        submitter = new RequestSubmitter(reader);
    }

    @AfterEach
    void close() {
        reader.close();
    }

    @Test
    void namedPicturesAreReadAndKeepTheirPlace() throws Exception {
        Path cat = Files.write(folder.resolve("cat.png"), CAT);
        CompletableFuture<Asked> asked =
                submitter.submit(
                        model,
                        draft(
                                PictureSource.bytes(new byte[] {9}),
                                PictureSource.reference(cat.toString())));
        model.awaitAsked(1);
        assertThat(model.request(0).images()).containsExactly(new byte[] {9}, CAT);
        LlavaAnswer.Failure said = new LlavaAnswer.Failure(LlavaErrorCode.INTERNAL, "?");
        model.complete(0, said);
        assertThat(asked.get().answer()).isEqualTo(said);
    }

    @Test
    void pictureThatIsNotAllowedOrNotThereIsAnInputFailure() throws Exception {
        for (String reference : List.of("/etc/hostname", folder + "/none.png")) {
            LlavaAnswer answer =
                    submitter
                            .submit(model, draft(PictureSource.reference(reference)))
                            .get()
                            .answer();
            assertThat(answer)
                    .isInstanceOfSatisfying(
                            LlavaAnswer.Failure.class,
                            failure -> assertThat(failure.code()).isEqualTo(LlavaErrorCode.INPUT));
        }
        assertThat(model.asked()).isZero();
    }

    @Test
    void whatWasReadIsNotReadAgain() throws Exception {
        Path cat = Files.write(folder.resolve("cat.png"), CAT);
        CompletableFuture<Asked> asked =
                submitter.submit(model, draft(PictureSource.reference(cat.toString())));
        model.awaitAsked(1);
        model.complete(0, new LlavaAnswer.Failure(LlavaErrorCode.CAPACITY, "?"));
        Files.delete(cat);
        CompletableFuture<Asked> again = submitter.submit(model, asked.get().draft());
        model.awaitAsked(2);
        assertThat(model.request(1).images()).containsExactly(CAT);
        model.complete(1, new LlavaAnswer.Failure(LlavaErrorCode.CAPACITY, "?"));
        assertThat(again.get().answer())
                .isEqualTo(new LlavaAnswer.Failure(LlavaErrorCode.CAPACITY, "?"));
    }

    @Test
    void picturesThatAreGoneAreNamedAndThoseThatMayComeBackAreNot() throws Exception {
        Path cat = Files.write(folder.resolve("cat.png"), CAT);
        String none = folder + "/none.png";
        Asked asked =
                submitter
                        .submit(
                                model,
                                draft(
                                        PictureSource.reference(refused),
                                        PictureSource.reference(cat.toString()),
                                        PictureSource.reference(none)))
                        .get();
        assertThat(asked.gone()).containsExactly(none);
        assertThat(asked.answer())
                .isInstanceOfSatisfying(
                        LlavaAnswer.Failure.class,
                        failure -> assertThat(failure.message()).contains("none.png"));
    }

    @Test
    void pictureThatMayComeBackIsNotGone() throws Exception {
        Asked asked = submitter.submit(model, draft(PictureSource.reference(refused))).get();
        assertThat(asked.gone()).isEmpty();
        assertThat(asked.answer())
                .isInstanceOfSatisfying(
                        LlavaAnswer.Failure.class,
                        failure ->
                                assertThat(failure.code()).isEqualTo(LlavaErrorCode.UNAVAILABLE));
    }

    @Test
    void errorOfTheModelEndsWhatWaits() {
        model.failWith(new NoClassDefFoundError("Oh."));
        assertThat(submitter.submit(model, draft()))
                .failsWithin(Duration.ofMinutes(1))
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(NoClassDefFoundError.class);
    }

    @Test
    void requestThatCannotBeMadeIsAFailure() {
        RequestDraft odd =
                new RequestDraft(
                        List.of(),
                        List.of(),
                        Collections.singletonList(null),
                        GenerationParameters.DEFAULT,
                        LlavaRequest.NO_LIMIT);
        assertThat(submitter.submit(model, odd))
                .succeedsWithin(Duration.ofMinutes(1))
                .extracting(Asked::answer)
                .isInstanceOf(LlavaAnswer.Failure.class);
        assertThat(model.asked()).isZero();
    }

    @Test
    void exceptionOfAModelIsAnInternalFailure() throws Exception {
        CompletableFuture<Asked> asked = submitter.submit(model, draft());
        model.future(0).completeExceptionally(new IllegalStateException("Oh."));
        assertThat(asked.get().answer())
                .isEqualTo(
                        new LlavaAnswer.Failure(
                                LlavaErrorCode.INTERNAL, "IllegalStateException: Oh."));
    }

    @Test
    void cancelledRequestIsCancelledInTheModel() throws Exception {
        Path cat = Files.write(folder.resolve("cat.png"), CAT);
        CompletableFuture<Asked> asked =
                submitter.submit(model, draft(PictureSource.reference(cat.toString())));
        model.awaitAsked(1);
        asked.cancel(false);
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
