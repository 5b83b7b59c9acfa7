package io.flinkllava.operators;

import org.apache.flink.streaming.util.MockStreamingRuntimeContext;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import org.junit.jupiter.api.Test;

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
    private final TaskModels models =
            new TaskModels(
                    (context, version) -> {
                        opened.add(version.folder());
                        if (version.folder().equals("/broken")) {
                            throw LlavaException.model("/broken has no config.json.");
                        }
                        return new OpenModel(new FakeModel(), () -> closed.add(version.folder()));
                    },
                    new MockStreamingRuntimeContext(1, 0));

    @Test
    void modelIsOpenedOnceAndClosedWhenNobodyNeedsIt() {
        models.openFirst();
        models.of(B);
        models.of(ModelVersion.FIRST);
        models.of(B);
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
    void modelThatDoesNotOpenIsTriedOnceUntilAnotherIsAskedFor() {
        ModelVersion broken = new ModelVersion("/broken", FINGERPRINT, 0);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> models.of(broken)).hasMessageContaining("config.json");
        }
        assertThat(opened).containsExactly("/broken");
        models.of(C);
        assertThatThrownBy(() -> models.of(broken)).isInstanceOf(LlavaException.class);
        assertThat(opened).containsExactly("/broken", "/c", "/broken");
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
