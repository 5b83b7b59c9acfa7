package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.image.TestVisuals;
import io.flinkllava.runtime.image.VisualInput;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PromptTest {

    private static final int IMAGE = 900;

    @Test
    void knowsWhereEachPictureStands() {
        VisualInput two = TestVisuals.of(2, 0);
        VisualInput one = TestVisuals.of(1, 1);

        Prompt prompt =
                Prompt.of(
                        new int[] {1, IMAGE, IMAGE, 5, IMAGE, 6},
                        List.of(two, one),
                        id -> id == IMAGE);

        assertThat(prompt.start(0)).isEqualTo(1);
        assertThat(prompt.start(1)).isEqualTo(4);
    }

    @Test
    void refusesImageTokensWithoutFeatures() {
        assertThatThrownBy(() -> Prompt.of(new int[] {1, IMAGE}, List.of(), id -> id == IMAGE))
                .isInstanceOf(LlavaException.class)
                .hasMessageContaining("1 image tokens for 0 image features");
    }
}
