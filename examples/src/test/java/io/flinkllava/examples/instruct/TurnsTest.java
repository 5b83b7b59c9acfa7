package io.flinkllava.examples.instruct;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TurnsTest {

    @Test
    void readsWhatItWrites() throws MalformedSampleException {
        List<Turn> turns =
                List.of(
                        new Turn("What is it?", "A cat.\n\nIt sleeps."),
                        new Turn("Where?", "On a mat: the red one."));

        assertThat(Turns.read(Turns.write(turns))).isEqualTo(turns);
    }

    @Test
    void readsWhatLanguageModelsMakeOfTheForm() throws MalformedSampleException {
        assertThat(Turns.read("\nQuestion: What?\n\n===\n\nAnswer:  A cat. \n===\n"))
                .containsExactly(new Turn("What?", "A cat."));
    }

    @Test
    void quotesWholeCharacters() {
        String text = "x".repeat(59) + "\uD83D\uDE00 and more";

        assertThatThrownBy(() -> Turns.read(text))
                .hasMessageEndingWith("'" + "x".repeat(59) + "\uD83D\uDE00...'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Sure! Here you are.                      | 'Question:' was expected",
                "Question: a                              | The last question has no answer",
                "Question: a === Question: b              | 'Answer:' was expected",
                "Question: a === Answer:                  | Nothing stands behind 'Answer:'",
                "Question: a === Answer: <image>          | The teacher wrote '<image>'",
                "Question: a === Answer: b === Question: c| The last question has no answer",
                "''                                       | 'Question:' was expected",
            })
    void refusesAnythingElse(String text, String expected) {
        assertThatThrownBy(() -> Turns.read(text))
                .isInstanceOf(MalformedSampleException.class)
                .hasMessageContaining(expected);
    }
}
