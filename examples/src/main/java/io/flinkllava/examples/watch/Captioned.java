package io.flinkllava.examples.watch;

/**
 * A picture that was captioned, as it stands in {@code captions.jsonl}.
 *
 * @param path of the picture, absolute
 * @param modified when it was last changed, in milliseconds since 1970; a picture that changes is
 *     captioned again
 * @param caption the caption, or why there is none
 * @param failed whether there is none
 * @param tokens tokens generated
 * @param latencyMillis from the picture's arrival in the model to its caption
 * @param model name of the model
 * @param captioned when, in milliseconds since 1970
 */
public record Captioned(
        String path,
        long modified,
        String caption,
        boolean failed,
        int tokens,
        long latencyMillis,
        String model,
        long captioned) {

    /** What makes it the same picture in the same state. */
    String version() {
        return version(path, modified);
    }

    static String version(String path, long modified) {
        return modified + " " + path;
    }
}
