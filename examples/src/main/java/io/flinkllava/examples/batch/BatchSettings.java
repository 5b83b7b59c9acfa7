package io.flinkllava.examples.batch;

import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.ModelOptions;

import java.nio.file.Path;

/**
 * What a batch is about.
 *
 * @param model checkpoint folder
 * @param input request lines
 * @param imageRoot folder that the requests' paths are relative to
 * @param options how each subtask opens the model
 * @param parallelism subtasks that answer, each with a model of its own
 */
record BatchSettings(
        Path model,
        Path input,
        Path imageRoot,
        ModelOptions options,
        GenerationParameters generation,
        int parallelism) {}
