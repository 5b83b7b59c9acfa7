package io.flinkllava.examples.quickstart;

import io.flinkllava.examples.requests.ImageRoot;
import io.flinkllava.runtime.LlavaException;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Pictures, questions and answers as one page of HTML that needs nothing else: pictures are in it,
 * and its security policy forbids to load anything.
 */
final class Gallery {

    private static final String TEMPLATE = "gallery.html";
    private static final int REPLACEMENT = 0xFFFD;

    /** No path contains the separator. */
    private static final Comparator<List<String>> BY_NAMES =
            Comparator.comparing(names -> String.join("\0", names));

    private final ImageRoot images;

    Gallery(ImageRoot images) {
        this.images = images;
    }

    /**
     * Writes the page, replacing what was there.
     *
     * @param model its name
     * @param summary a line of numbers
     */
    void write(Path file, String model, String summary, List<Exchange> exchanges)
            throws IOException {
        String page =
                template()
                        .replace("{{model}}", escape(model))
                        .replace("{{summary}}", escape(summary))
                        // Last, so that an answer that looks like a placeholder stays one.
                        .replace("{{cards}}", cards(exchanges));
        Files.writeString(file, page);
    }

    private String cards(List<Exchange> exchanges) {
        Map<List<String>, List<Exchange>> byImages =
                exchanges.stream()
                        .sorted(Comparator.comparingLong(Exchange::position))
                        .collect(
                                Collectors.groupingBy(
                                        Exchange::images,
                                        () -> new TreeMap<>(BY_NAMES),
                                        Collectors.toList()));
        StringBuilder cards = new StringBuilder();
        byImages.forEach((images, asked) -> cards.append(card(images, asked)));
        return cards.toString();
    }

    private String card(List<String> shown, List<Exchange> asked) {
        StringBuilder card = new StringBuilder("<article>\n");
        shown.forEach(image -> card.append(picture(image)));
        card.append("<dl>\n");
        for (Exchange exchange : asked) {
            card.append("<dt>").append(escape(exchange.question())).append("</dt>\n");
            card.append(exchange.failed() ? "<dd class=\"failed\">" : "<dd>");
            card.append(escape(exchange.answer())).append("</dd>\n");
        }
        return card.append("</dl>\n</article>\n").toString();
    }

    private String picture(String image) {
        String name = escape(image);
        return "<figure><img alt=\""
                + name
                + "\" src=\""
                + source(image)
                + "\"/><figcaption>"
                + name
                + "</figcaption></figure>\n";
    }

    private String source(String image) {
        try {
            String bytes = Base64.getEncoder().encodeToString(images.read(image));
            return "data:" + mediaType(image) + ";base64," + bytes;
        } catch (LlavaException e) {
            // The card shows the name, and its answer says what is wrong.
            return "data:,";
        }
    }

    private static String mediaType(String image) {
        String extension = image.substring(image.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return switch (extension) {
            case "jpg", "jpeg" -> "image/jpeg";
            case "png", "gif", "webp", "bmp", "tiff" -> "image/" + extension;
            default -> "application/octet-stream";
        };
    }

    /** Text as it may stand in an element or in a quoted attribute, of HTML and of XML. */
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        text.codePoints().forEach(c -> append(escaped, c));
        return escaped.toString();
    }

    private static void append(StringBuilder escaped, int c) {
        switch (c) {
            case '&' -> escaped.append("&amp;");
            case '<' -> escaped.append("&lt;");
            case '>' -> escaped.append("&gt;");
            case '"' -> escaped.append("&quot;");
            case '\'' -> escaped.append("&#39;");
            default -> escaped.appendCodePoint(isShown(c) ? c : REPLACEMENT);
        }
    }

    /** Neither a control character nor half of a surrogate pair: no page may contain those. */
    private static boolean isShown(int c) {
        boolean control = Character.isISOControl(c) && c != '\n' && c != '\t';
        boolean half = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
        return !control && !half && (c & 0xFFFE) != 0xFFFE;
    }

    private static String template() throws IOException {
        try (InputStream in = Gallery.class.getResourceAsStream(TEMPLATE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
