package io.flinkllava.operators;

import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.TaskInfoImpl;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.streaming.util.MockStreamingRuntimeContext;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TaskModelsTest {

    private static final String FINGERPRINT = new FakeModel().info().fingerprint();
    private static final ModelVersion B = new ModelVersion("/b", FINGERPRINT, 0);
    private static final ModelVersion C = new ModelVersion("/c", FINGERPRINT, 0);

    private final List<String> opened = new ArrayList<>();
    private final List<String> closed = new ArrayList<>();
    private int roomFor = 2;
    private long now;
    private final TaskModels models = new TaskModels(new Source(), context(0), () -> now);

    /** Has room for some models. */
    private final class Source implements ModelSource {
        private static final long serialVersionUID = 1L;

        @Override
        public OpenModel open(RuntimeContext context, ModelVersion version) {
            opened.add(version.folder());
            if (version.folder().equals("/broken")) {
                throw LlavaException.model("/broken has no config.json.");
            }
            if (opened.stream().distinct().count() - closed.size() > roomFor) {
                throw LlavaException.model("There is no memory left.");
            }
            return new OpenModel(new FakeModel(), () -> closed.add(version.folder()));
        }

        @Override
        public String folder(ModelVersion version) {
            return version.isFirst() ? "/models/first" : version.folder();
        }
    }

    private static RuntimeContext context(int attempt) {
        return new MockStreamingRuntimeContext(1, 0) {
            @Override
            public TaskInfo getTaskInfo() {
                return new TaskInfoImpl("ask", 1, 0, 1, attempt);
            }
        };
    }

    @Test
    void modelIsOpenedOnceAndClosedWhenNobodyNeedsIt() throws Exception {
        models.openFirst(false);
        models.of(B);
        models.arrived(B);
        models.of(B);
        models.of(ModelVersion.FIRST);
        assertThat(opened).containsExactly("", "/b");

        models.keep(List.of(ModelVersion.FIRST));
        assertThat(closed).isEmpty();
        models.keep(List.of());
        assertThat(closed).containsExactly("");
        models.close();
        assertThat(closed).containsExactly("", "/b");
    }

    @Test
    void sameModelAnnouncedTwiceIsOneModel() {
        models.of(B);
        models.of(new ModelVersion("/b", FINGERPRINT, 99));
        assertThat(opened).containsExactly("/b");
    }

    @Test
    void modelThatDoesNotOpenIsTriedAgainAfterAWhile() {
        ModelVersion broken = new ModelVersion("/broken", FINGERPRINT, 0);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> models.of(broken)).hasMessageContaining("config.json");
        }
        assertThat(opened).containsExactly("/broken");

        // Nor when records for it and for another one take turns.
        models.of(C);
        assertThatThrownBy(() -> models.of(broken)).isInstanceOf(LlavaException.class);
        models.of(C);
        assertThat(opened).containsExactly("/broken", "/c");

        models.keepOnly(List.of());
        now = Duration.ofMinutes(1).toMillis();
        assertThatThrownBy(() -> models.of(broken)).isInstanceOf(LlavaException.class);
        assertThat(opened).containsExactly("/broken", "/c", "/broken");
    }

    @Test
    void modelWithoutRoomWaitsUntilTheOthersAreClosed() {
        roomFor = 1;
        models.openFirst(false);
        assertThat(models.of(B)).isEmpty();
        assertThat(models.of(B)).isEmpty();
        assertThat(models.of(ModelVersion.FIRST)).isPresent();
        assertThat(opened).containsExactly("", "/b");

        assertThat(models.keepOnly(List.of(ModelVersion.FIRST))).isFalse();
        assertThat(models.keepOnly(List.of())).isTrue();
        assertThat(models.of(B)).isPresent();
        assertThat(closed).containsExactly("");
    }

    /** The old model may be open for another task still. */
    @Test
    void modelWithoutRoomIsTriedForAWhile() {
        models.openFirst(false);
        roomFor = 0;
        assertThat(models.of(B)).isEmpty();
        assertThat(models.keepOnly(List.of())).isTrue();
        assertThat(models.of(B)).isEmpty();
        assertThat(models.of(B)).isEmpty();
        assertThat(opened).containsExactly("", "/b", "/b");

        now = 1000;
        assertThat(models.of(B)).isEmpty();
        roomFor = 1;
        now = 2000;
        assertThat(models.of(B)).isPresent();
        assertThat(opened).hasSize(5);
    }

    @Test
    void modelWithoutRoomIsGivenUpInTheEnd() {
        models.openFirst(false);
        roomFor = 0;
        assertThat(models.of(B)).isEmpty();
        models.keepOnly(List.of());
        assertThat(models.of(B)).isEmpty();
        now = Duration.ofSeconds(30).toMillis();
        assertThatThrownBy(() -> models.of(B)).hasMessageContaining("no memory");
        assertThatThrownBy(() -> models.of(B)).hasMessageContaining("no memory");
        assertThat(opened).containsExactly("", "/b", "/b", "/b");
    }

    @Test
    void jobThatNeverRanFailsForGood() {
        assertThatThrownBy(() -> broken(0).openFirst(false))
                .isInstanceOf(UnusableModelException.class);
        assertThatThrownBy(() -> broken(0).openFirst(true))
                .isNotInstanceOf(UnusableModelException.class);
        assertThatThrownBy(() -> broken(1).openFirst(false))
                .isNotInstanceOf(UnusableModelException.class);
    }

    private static TaskModels broken(int attempt) {
        ModelSource source =
                (context, version) -> {
                    throw LlavaException.model("There is no config.json.");
                };
        return new TaskModels(source, context(attempt), () -> 0);
    }

    @Test
    void modelThatDoesNotOpenHasAName() {
        LlavaAnswer.Failure failure = new LlavaAnswer.Failure(LlavaErrorCode.MODEL, "Gone.");
        assertThat(models.outcome(ModelVersion.FIRST, failure).model()).isEqualTo("first");
        assertThat(models.outcome(B, failure).model()).isEqualTo("b");
        ModelVersion root = new ModelVersion("/", FINGERPRINT, 0);
        assertThat(models.outcome(root, failure).model()).isEqualTo("/");
    }

    @Test
    void folderThatChangedSinceItWasAnnouncedIsRefused() {
        assertThatThrownBy(() -> models.of(new ModelVersion("/b", "another", 0)))
                .isInstanceOfSatisfying(
                        LlavaException.class,
                        e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.MODEL))
                .hasMessageContaining("/b has changed since it was announced");
        assertThat(closed).containsExactly("/b");
    }
}
