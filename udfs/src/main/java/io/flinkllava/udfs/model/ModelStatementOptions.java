package io.flinkllava.udfs.model;

import org.apache.flink.configuration.ConfigOption;

import io.flinkllava.flink.options.Spelling;
import io.flinkllava.udfs.request.Task;

import java.util.List;

import static org.apache.flink.configuration.ConfigOptions.key;

/** What {@code CREATE MODEL} takes besides the catalogue of {@code LlavaOptions}. */
public final class ModelStatementOptions {

    public static final ConfigOption<String> TASK =
            key("task")
                    .stringType()
                    .defaultValue(Spelling.of(Task.ASK))
                    .withDescription("what is asked of a picture: " + Spelling.all(Task.class));

    public static final ConfigOption<String> PROMPT =
            key("prompt")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "the question where INPUT has none; 'Describe the image.' for the"
                                    + " tasks caption and extract unless given");

    public static final ConfigOption<List<String>> CHOICES =
            key("choices")
                    .stringType()
                    .asList()
                    .noDefaultValue()
                    .withDescription(
                            "the texts to choose among with task choose, where INPUT has none");

    /** All of them. */
    public static final List<ConfigOption<?>> ALL = List.of(TASK, PROMPT, CHOICES);

    private ModelStatementOptions() {}
}
