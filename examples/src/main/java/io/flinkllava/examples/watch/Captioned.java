package io.flinkllava.examples.watch;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * A picture that was captioned, as it stands in {@code captions.jsonl}.
 *
 * @param path of the picture, absolute
 * @param modified when it was last changed, in milliseconds since 1970; a picture that has changed
 *     is captioned again at the next start
 * @param caption the caption, or why there is none
 * @param failed whether there is none
 * @param passing whether that may pass, so that the next start tries again
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
        boolean passing,
        int tokens,
        long latencyMillis,
        String model,
        long captioned) {

    /** Whether there is a picture of such a name, or could be. */
    boolean namesAPicture() {
        try {
            return path != null && Path.of(path).isAbsolute();
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** What makes it the same picture in the same state. */
    String version() {
        return version(path, modified);
    }

    static String version(String path, long modified) {
        return modified + " " + path;
    }
}
