package io.flinkllava.examples.instruct;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * A file of annotations in <a href="https://cocodataset.org/#format-data">COCO's format</a>, read
 * one element at a time: the real ones have hundreds of megabytes. Elements of {@code images} and
 * {@code annotations} (with a {@code caption}, or a {@code bbox} and a {@code category_id}) become
 * parts of {@link PictureFacts}; all else is passed over.
 */
final class AnnotationFile implements Closeable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final JsonParser parser;
    private final Map<Integer, String> categories;
    private String list = "";

    /**
     * Takes over the stream.
     *
     * @param categories names by their ids, as {@link #categories} finds them
     */
    AnnotationFile(InputStream stream, Map<Integer, String> categories) throws IOException {
        this.parser = JSON.createParser(stream);
        this.categories = categories;
    }

    /**
     * Names of the categories of a file by their ids; empty if it has none, as files of captions.
     *
     * @throws IOException if the file is no JSON
     */
    static Map<Integer, String> categories(Path path) throws IOException {
        Map<Integer, String> found = new TreeMap<>();
        try (AnnotationFile file = new AnnotationFile(Files.newInputStream(path), Map.of())) {
            for (JsonNode element = file.element(); element != null; element = file.element()) {
                if (file.list.equals("categories")) {
                    found.put(element.path("id").asInt(), element.path("name").asText());
                }
            }
        }
        return found;
    }

    /** The next part, or null at the end. */
    PictureFacts read() throws IOException {
        for (JsonNode element = element(); element != null; element = element()) {
            PictureFacts part = part(element);
            if (part != null) {
                return part;
            }
        }
        return null;
    }

    private PictureFacts part(JsonNode element) {
        if (list.equals("images")) {
            return PictureFacts.picture(
                    element.path("id").asLong(),
                    element.path("file_name").asText(),
                    element.path("width").asInt(),
                    element.path("height").asInt());
        }
        if (!list.equals("annotations")) {
            return null;
        }
        long picture = element.path("image_id").asLong();
        if (element.path("caption").isTextual()) {
            String caption = element.get("caption").textValue().strip();
            return caption.isEmpty() ? null : PictureFacts.caption(picture, caption);
        }
        JsonNode box = element.path("bbox");
        String category = categories.get(element.path("category_id").asInt());
        return box.size() != 4 || category == null
                ? null
                : PictureFacts.box(
                        picture,
                        new PictureFacts.Box(
                                category,
                                box.get(0).asDouble(),
                                box.get(1).asDouble(),
                                box.get(2).asDouble(),
                                box.get(3).asDouble()));
    }

    /** The next element of a list at the top of the file, or null at the end. */
    private JsonNode element() throws IOException {
        while (true) {
            JsonToken token = parser.nextToken();
            if (token == null) {
                return null;
            }
            if (!list.isEmpty()) {
                if (token != JsonToken.END_ARRAY) {
                    return JSON.readTree(parser);
                }
                list = "";
            } else if (token == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (parser.nextToken() == JsonToken.START_ARRAY) {
                    list = name;
                } else {
                    parser.skipChildren();
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
