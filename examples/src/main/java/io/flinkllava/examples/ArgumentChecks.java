package io.flinkllava.examples;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What commands check of their arguments before they begin, as a mixin of theirs. Whatever is
 * refused ends the command with a line that names the argument.
 */
@Command // picocli wants one, also of a mixin without arguments
public final class ArgumentChecks {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    /** To be thrown. */
    public ParameterException refuse(String message) {
        return new ParameterException(command.commandLine(), message);
    }

    /** Refuses what is no folder; null, for an argument that was left out, passes. */
    public void folder(String name, Path path) {
        if (path != null && !Files.isDirectory(path)) {
            throw refuse(name + " '" + path + "' is not a folder");
        }
    }

    /** Refuses what is no file; null, for an argument that was left out, passes. */
    public void file(String name, Path path) {
        if (path != null && !Files.isRegularFile(path)) {
            throw refuse(name + " '" + path + "' is not a file");
        }
    }

    /** Refuses a number that is too small. */
    public void atLeast(String name, long value, long least) {
        if (value < least) {
            throw refuse(name + " is " + value + ", it must be at least " + least);
        }
    }

    /** Refuses what no model can be opened or asked with. */
    public void model(ModelArguments arguments) {
        try {
            arguments.options();
            arguments.generation();
        } catch (IllegalArgumentException e) {
            throw refuse("--" + e.getMessage());
        }
    }
}
