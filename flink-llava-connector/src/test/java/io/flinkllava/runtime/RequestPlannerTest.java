package io.flinkllava.runtime;

import io.flinkllava.testing.Golden;
import io.flinkllava.testing.GoldenRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Plans tell what Hugging Face's processors count. */
class RequestPlannerTest {

    private static final ModelOptions OPTIONS = ModelOptions.DEFAULT.withDevice(Device.CPU);

    @ParameterizedTest
    @ValueSource(strings = {"llava15", "next_vicuna", "next_mistral", "onevision", "llava_v1"})
    void promptsAreAsLongAsThoseOfTransformers(String checkpoint) throws Exception {
        List<GoldenRequest> golden =
                GoldenRequest.all(checkpoint).stream()
                        .filter(one -> one.request().images().size() == 1)
                        .filter(one -> one.request().video().isEmpty())
                        .filter(one -> one.request().messages().size() == 1)
                        .toList();
        assertThat(golden).isNotEmpty();
        try (RequestPlanner planner = RequestPlanner.open(Golden.checkpoint(checkpoint), OPTIONS)) {
            for (GoldenRequest one : golden) {
                PictureInfo picture = PictureInfo.of(one.request().images().get(0));
                RequestPlan plan =
                        planner.plan(
                                picture.uprightWidth(),
                                picture.uprightHeight(),
                                one.request().messages().get(0).content(),
                                one.request().generation());
                assertThat(plan.promptTokens()).as(one.id()).isEqualTo(one.promptTokens());
                assertThat(plan.imageTokens()).isBetween(1, plan.promptTokens());
            }
        }
    }

    @Test
    void theCacheHoldsPromptAndAnswer() {
        try (RequestPlanner planner = RequestPlanner.open(Golden.checkpoint("llava15"), OPTIONS)) {
            RequestPlan one = plan(planner, 1);
            RequestPlan more = plan(planner, 101);
            assertThat(one.kvBytes() % (one.promptTokens() + 1)).isZero();
            long position = one.kvBytes() / (one.promptTokens() + 1);
            assertThat(more.kvBytes() - one.kvBytes()).isEqualTo(100 * position);
        }
    }

    @Test
    void whatWouldBeRefusedIsNotPlanned() {
        try (RequestPlanner planner = RequestPlanner.open(Golden.checkpoint("llava15"), OPTIONS)) {
            assertThatThrownBy(() -> planner.plan(0, 10, "What?", GenerationParameters.DEFAULT))
                    .isInstanceOf(LlavaException.class)
                    .hasMessage("A picture of 0 x 10 pixels is none: both must be at least 1");
            assertThatThrownBy(() -> planner.plan(10, 10, " ", GenerationParameters.DEFAULT))
                    .isInstanceOf(LlavaException.class)
                    .hasMessageContaining("The question is empty");
            assertThatThrownBy(
                            () ->
                                    planner.plan(
                                            10,
                                            10,
                                            "What? ".repeat(2000),
                                            GenerationParameters.DEFAULT))
                    .isInstanceOfSatisfying(
                            LlavaException.class,
                            e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.INPUT))
                    .hasMessageContaining("max-sequence-length");
        }
    }

    private static RequestPlan plan(RequestPlanner planner, int answer) {
        return planner.plan(10, 10, "What?", GenerationParameters.DEFAULT.withMaxNewTokens(answer));
    }
}
