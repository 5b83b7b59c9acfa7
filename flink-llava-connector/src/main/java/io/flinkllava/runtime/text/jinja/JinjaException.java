package io.flinkllava.runtime.text.jinja;

/** A template that cannot be parsed or rendered, and where. */
public class JinjaException extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final int NOWHERE = 0;

    private final String problem;
    private final int line;

    JinjaException(String problem) {
        this(problem, NOWHERE, null);
    }

    JinjaException(String problem, int line) {
        this(problem, line, null);
    }

    private JinjaException(String problem, int line, Throwable cause) {
        super(line == NOWHERE ? problem : "line " + line + ": " + problem, cause);
        this.problem = problem;
        this.line = line;
    }

    JinjaException at(int where) {
        return line == NOWHERE ? new JinjaException(problem, where, this) : this;
    }

    /** The template called {@code raise_exception}: it refuses these messages. */
    public static final class Raised extends JinjaException {

        private static final long serialVersionUID = 1L;

        Raised(String message) {
            super(message);
        }

        @Override
        JinjaException at(int where) {
            return this;
        }
    }
}
