package io.flinkllava.udfs.request;

/** What is asked of a picture. */
public enum Task {
    /** A description. */
    CAPTION("Describe the image."),
    /** The answer to a question. */
    ASK(""),
    /** One of several texts. */
    CHOOSE(""),
    /** A JSON object. */
    EXTRACT("Describe the image.");

    private final String prompt;

    Task(String prompt) {
        this.prompt = prompt;
    }

    /** The question where a row brings none; empty if it must. */
    public String prompt() {
        return prompt;
    }
}
