package io.flinkllava.examples.instruct;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What is known of a picture without looking at it. Each element of an annotation file is a part of
 * it; {@link #with} puts parts together.
 *
 * @param id the picture's id in the annotation files
 * @param file its file name; empty as long as it is not known
 * @param width in pixels; 0 as long as it is not known
 * @param height in pixels; 0 as long as it is not known
 * @param captions sentences about it
 * @param boxes its objects
 */
public record PictureFacts(
        long id, String file, int width, int height, List<String> captions, List<Box> boxes) {

    /**
     * An object.
     *
     * @param category what it is
     * @param x left edge in pixels
     * @param y upper edge in pixels
     * @param width in pixels
     * @param height in pixels
     */
    public record Box(String category, double x, double y, double width, double height) {

        double centerX() {
            return x + width / 2;
        }

        double centerY() {
            return y + height / 2;
        }

        double area() {
            return width * height;
        }
    }

    static PictureFacts picture(long id, String file, int width, int height) {
        return new PictureFacts(id, file, width, height, List.of(), List.of());
    }

    static PictureFacts caption(long id, String caption) {
        return new PictureFacts(id, "", 0, 0, List.of(caption), List.of());
    }

    static PictureFacts box(long id, Box box) {
        return new PictureFacts(id, "", 0, 0, List.of(), List.of(box));
    }

    /** What both know together. */
    PictureFacts with(PictureFacts other) {
        PictureFacts named = file.isEmpty() ? other : this;
        return new PictureFacts(
                id,
                named.file,
                named.width,
                named.height,
                both(captions, other.captions),
                both(boxes, other.boxes));
    }

    private static <T> List<T> both(List<T> first, List<T> second) {
        List<T> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    /** Whether there is a picture, and something to say about it. */
    boolean isComplete() {
        return !file.isEmpty() && width > 0 && height > 0 && !captions.isEmpty();
    }

    /** The captions, one a line. */
    String captionLines() {
        return String.join("\n", captions);
    }

    /** The boxes as LLaVA's authors wrote them: category and corners, from 0 to 1, one a line. */
    String boxLines() {
        List<String> lines = new ArrayList<>();
        for (Box box : boxes) {
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "%s: [%.3f, %.3f, %.3f, %.3f]",
                            box.category,
                            box.x / width,
                            box.y / height,
                            (box.x + box.width) / width,
                            (box.y + box.height) / height));
        }
        return String.join("\n", lines);
    }
}
