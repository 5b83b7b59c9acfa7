package io.flinkllava.examples.requests;

import java.util.Objects;

/**
 * A line of the request file.
 *
 * @param number counted from 1, blank lines included
 * @param text without its line end; empty if the line cannot be read
 * @param defect why the line cannot be read, or empty
 */
public record RequestLine(long number, String text, String defect) {

    public RequestLine {
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(defect, "defect");
    }
}
