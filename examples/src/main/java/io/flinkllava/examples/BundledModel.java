package io.flinkllava.examples;

import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;

/** {@code --model} of commands that bring a model along. */
public final class BundledModel {

    private static final String TINY_LLAVA = "tiny-llava/checkpoint";

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "Hugging Face checkpoint folder. Default: the bundled tiny-llava.")
    private Path folder;

    /** Refuses what is no folder. */
    public void check(ArgumentChecks checks) {
        checks.folder("--model", folder);
    }

    /**
     * The checkpoint folder that was named, or the bundled one.
     *
     * @param work where that is unpacked
     */
    public Path folder(Path work) throws IOException {
        return folder == null ? BundledFiles.copy(TINY_LLAVA, work.resolve("tiny-llava")) : folder;
    }
}
