package io.flinkllava.examples;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
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

    /** Refuses what cannot become a file. */
    public void output(String name, Path path) {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw refuse(name + " '" + path + "' exists and is not a file");
        }
        folder(name + ": folder", path.toAbsolutePath().getParent());
    }

    /**
     * Refuses a file to be written that is another argument's too, whether it is there already or
     * not; null, for another that was left out, passes.
     */
    public void differs(String name, Path path, String otherName, Path other) {
        if (other != null && isSame(path, other)) {
            throw refuse(name + " '" + path + "' is also " + otherName);
        }
    }

    private static boolean isSame(Path one, Path other) {
        try {
            boolean areThere = Files.exists(one) && Files.exists(other);
            return areThere ? Files.isSameFile(one, other) : place(one).equals(place(other));
        } catch (IOException e) {
            // Neither is to be had; whoever opens it says why.
            return false;
        }
    }

    /** Where a file is that may not be there yet. */
    private static Path place(Path file) throws IOException {
        Path absolute = file.toAbsolutePath().normalize();
        return absolute.getParent().toRealPath().resolve(absolute.getFileName());
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
