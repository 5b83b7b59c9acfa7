package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;

import io.flinkllava.flink.pictures.PictureAccess;
import io.flinkllava.runtime.LlavaException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** A change of model where there is room for one model alone. */
class CrowdedModelsTest {

    private static final TypeInformation<Photo> PHOTO = Types.POJO(Photo.class);
    private static final String FINGERPRINT = new FakeModel().info().fingerprint();
    private static final ModelVersion A = ModelVersion.FIRST;
    private static final ModelVersion B = new ModelVersion("/b", FINGERPRINT, 0);

    private final Map<String, FakeModel> open = new HashMap<>();
    private boolean usedElsewhere;
    private final Harness harness = new Harness();

    CrowdedModelsTest() throws Exception {}

    @BeforeEach
    void open() throws Exception {
        harness.flink.setup(
                LlavaResult.type(PHOTO)
                        .createSerializer(
                                harness.flink.getExecutionConfig().getSerializerConfig()));
        harness.flink.open();
    }

    @Test
    void newModelWaitsForTheOldOnesAnswersAndTakesItsPlace() throws Exception {
        try (harness) {
            harness.send(1, A);
            harness.send(2, B);
            harness.send(3, B);
            FakeModel old = open.get(A.folder());
            assertThat(open).hasSize(1);

            old.answer(0);
            harness.runMails();
            assertThat(open).containsOnlyKeys(B.folder());
            open.get(B.folder()).answer(1);
            open.get(B.folder()).answer(0);
            harness.runMails();
            assertThat(harness.output()).containsExactly("1", "2", "3");
            assertThat(harness.results()).allMatch(LlavaResult::isText);
        }
    }

    @Test
    void newModelDoesNotWaitForOneThatNobodyAsks() throws Exception {
        try (harness) {
            harness.send(1, B);
            assertThat(open).containsOnlyKeys(B.folder());
        }
    }

    @Test
    void newModelWaitsForOtherTasksToLetGoOfTheOldOne() throws Exception {
        try (harness) {
            harness.flink.setProcessingTime(0);
            harness.send(1, A);
            open.get(A.folder()).answer(0);
            harness.runMails();
            usedElsewhere = true;
            harness.send(2, B);
            assertThat(open).isEmpty();
            harness.flink.setProcessingTime(1000);
            harness.runMails();
            assertThat(open).isEmpty();

            usedElsewhere = false;
            harness.flink.setProcessingTime(2000);
            harness.runMails();
            open.get(B.folder()).answer(0);
            harness.runMails();
            assertThat(harness.output()).containsExactly("1", "2");
        }
    }

    @Test
    void recordsOfTwoModelsThatTakeTurnsAreAllAnswered() throws Exception {
        try (harness) {
            harness.send(1, A);
            harness.send(2, B);
            harness.send(3, A);
            open.get(A.folder()).answer(0);
            open.get(A.folder()).answer(1);
            harness.runMails();
            harness.send(4, A);
            open.get(B.folder()).answer(0);
            harness.runMails();
            open.get(A.folder()).answer(0);
            harness.runMails();
            assertThat(harness.output()).containsExactly("1", "2", "3", "4");
        }
    }

    private final class Harness extends OperatorHarness<Question<Photo>> {

        final OneInputStreamOperatorTestHarness<Question<Photo>, LlavaResult<Photo>> flink =
                new OneInputStreamOperatorTestHarness<>(
                        new LlavaOperatorFactory<>(
                                new OperatorPlan<>(
                                        Question.type(PHOTO),
                                        Question::input,
                                        Question::model,
                                        question -> RequestDraft.of(question.input().request()),
                                        null,
                                        null,
                                        (context, version) -> lease(version.folder()),
                                        true,
                                        PictureAccess.NONE,
                                        AskHarness.ORDERED,
                                        DeadLetter.tag(PHOTO))));

        Harness() throws Exception {}

        private OpenModel lease(String folder) {
            if (!open.isEmpty() || usedElsewhere) {
                throw LlavaException.model("There is no memory left.");
            }
            FakeModel opened = new FakeModel();
            open.put(folder, opened);
            return new OpenModel(opened, () -> open.remove(folder));
        }

        @Override
        OneInputStreamOperatorTestHarness<Question<Photo>, LlavaResult<Photo>> flink() {
            return flink;
        }

        void send(int id, ModelVersion version) throws Exception {
            flink.processElement(new Question<>(Photo.number(id), "", version), id);
        }
    }
}
