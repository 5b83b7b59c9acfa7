package io.flinkllava.examples.watch;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A page that shows the newest captions and renews itself while it is open. It is made of two
 * files, {@code index.html} and {@code captions.js}, of which the second is replaced when there is
 * news; pictures stay where they are. Needs no server.
 */
final class LivePage {

    /** More would make the page slow; all captions are in the log. */
    static final int SHOWN = 500;

    private static final ObjectMapper JSON = new ObjectMapper();
    static final String PAGE = "index.html";
    private static final String DATA = "captions.js";

    private final Path folder;
    private final Deque<Captioned> newestFirst = new ArrayDeque<>();
    private long total;
    private boolean stale = true;

    /** Writes the page; what is shown on it comes with {@link #write}. */
    LivePage(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
        try (InputStream template = LivePage.class.getResourceAsStream(PAGE)) {
            Files.copy(template, folder.resolve(PAGE), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    Path file() {
        return folder.resolve(PAGE);
    }

    void add(Captioned caption) {
        newestFirst.addFirst(caption);
        if (newestFirst.size() > SHOWN) {
            newestFirst.removeLast();
        }
        total++;
        stale = true;
    }

    /** Shows what was added, if anything was. */
    void write() throws IOException {
        if (!stale) {
            return;
        }
        ObjectNode data = JSON.createObjectNode().put("total", total);
        ArrayNode captions = data.putArray("captions");
        for (Captioned caption : newestFirst) {
            captions.addObject()
                    .put("picture", Path.of(caption.path()).toUri().toString())
                    .put("name", String.valueOf(Path.of(caption.path()).getFileName()))
                    .put("caption", caption.caption())
                    .put("failed", caption.failed())
                    .put("latency", caption.latencyMillis())
                    .put("model", caption.model())
                    .put("captioned", caption.captioned());
        }
        Path next = folder.resolve(DATA + ".tmp");
        Files.writeString(next, "show(" + JSON.writeValueAsString(data) + ");\n");
        Files.move(next, folder.resolve(DATA), StandardCopyOption.ATOMIC_MOVE);
        stale = false;
    }
}
