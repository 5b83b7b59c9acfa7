package io.flinkllava.udfs.model;

import io.flinkllava.flink.options.LlavaSettings;
import io.flinkllava.flink.options.OptionReader;
import io.flinkllava.flink.options.Spelling;
import io.flinkllava.runtime.AnswerConstraint;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.udfs.request.AnswerColumn;
import io.flinkllava.udfs.request.Part;
import io.flinkllava.udfs.request.RequestTemplate;
import io.flinkllava.udfs.request.Task;

import java.util.List;

/**
 * What {@code CREATE MODEL} said.
 *
 * @param prompt the question where INPUT has none, empty if it must
 * @param choices the texts to choose among where INPUT has none, may be empty
 */
record ModelStatement(
        String name,
        Task task,
        String prompt,
        List<String> choices,
        LlavaSettings settings,
        InputColumns input,
        OutputColumns output) {

    /** Whose problems they are, to begin a message with. */
    String where() {
        return "Model " + name;
    }

    /** Tells the reader of what does not go together. */
    void check(OptionReader problems) {
        boolean asks = input.has(Part.QUESTION) || input.has(Part.TURNS);
        if (input.has(Part.QUESTION) && input.has(Part.TURNS)) {
            problems.problem("INPUT has a question and a conversation: keep one");
        }
        if (!asks && prompt.isEmpty()) {
            problems.problem(
                    "INPUT has no question: add a STRING column, or set the option 'prompt'");
        }
        if (task != Task.ASK && !input.has(Part.PICTURES)) {
            problems.problem(
                    "INPUT has no picture: add a column of type " + Part.PICTURES.typeNames());
        }
        if (task == Task.CHOOSE) {
            checkChoices(problems);
        } else if (input.has(Part.CHOICES) || !choices.isEmpty()) {
            problems.problem(
                    "choices are given, but 'task' is '" + Spelling.of(task) + "': use 'choose'");
        }
    }

    private void checkChoices(OptionReader problems) {
        if (input.has(Part.CHOICES)) {
            return;
        }
        if (choices.isEmpty()) {
            problems.problem(
                    "there is nothing to choose from: set the option 'choices', or add an INPUT"
                            + " column of type "
                            + Part.CHOICES.typeNames());
            return;
        }
        try {
            AnswerConstraint unused = new AnswerConstraint.Choice(choices);
        } catch (LlavaException e) {
            problems.problem("choices: " + e.getMessage());
        }
    }

    /**
     * What becomes of each row.
     *
     * @param used the settings with what a call says besides
     * @param inFlight rows that may be in flight in a subtask
     */
    Prediction prediction(LlavaSettings used, int inFlight) {
        RequestTemplate template =
                new RequestTemplate(
                        prompt,
                        task == Task.EXTRACT ? output.instruction() : "",
                        used.generation()
                                .withConstraint(constraint())
                                .withLogProbability(output.has(AnswerColumn.CONFIDENCE)),
                        used.requestTimeout());
        return new Prediction(used, inFlight, template, input, output);
    }

    private AnswerConstraint constraint() {
        return switch (task) {
            case CAPTION, ASK -> AnswerConstraint.FREE;
            case CHOOSE ->
                    choices.isEmpty()
                            ? AnswerConstraint.FREE
                            : new AnswerConstraint.Choice(choices);
            case EXTRACT -> new AnswerConstraint.Json(output.schema());
        };
    }
}
