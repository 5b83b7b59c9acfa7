package io.flinkllava.examples.rules;

import io.flinkllava.runtime.AnswerConstraint;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelOptions;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** A model whose answers begin with a blank, as that of any prompt that ends in a word. */
class TinyLlavaChoiceTest {

    private static final Path FOLDER = Path.of("tiny-llava");

    @Test
    void choosesWhatItWouldAnswerByItself() throws IOException {
        AnswerConstraint choice = new AnswerConstraint.Choice(List.of("yes", "no"));
        byte[] picture = Files.readAllBytes(FOLDER.resolve("samples/scene-02.png"));
        try (LlavaModel model =
                LlavaModel.open(
                        FOLDER.resolve("checkpoint"),
                        ModelOptions.DEFAULT.withDevice(Device.CPU))) {
            for (String thing : List.of("a red cross", "a blue heart", "a cross", "a circle")) {
                LlavaRequest question = LlavaRequest.ask(picture, "Is there " + thing + "?");
                LlavaAnswer.Text free = (LlavaAnswer.Text) model.submit(question).join();
                LlavaAnswer.Text chosen =
                        (LlavaAnswer.Text)
                                model.submit(
                                                question.withGeneration(
                                                        GenerationParameters.DEFAULT.withConstraint(
                                                                choice)))
                                        .join();

                assertThat(free.text().strip()).isIn("yes", "no");
                assertThat(chosen.text()).as(thing).isEqualTo(free.text().strip());
                assertThat(chosen.choices())
                        .anySatisfy(c -> assertThat(c.probability()).isGreaterThan(0.6));
            }
        }
    }
}
