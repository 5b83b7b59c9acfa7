package io.flinkllava.examples.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class LivePageTest {

    @TempDir private Path folder;

    @Test
    void showsTheNewestFirstAndCountsAll() throws IOException {
        LivePage page = new LivePage(folder);
        for (int i = 0; i < LivePage.SHOWN + 3; i++) {
            page.add(captioned(i));
        }
        page.write();

        JsonNode data = data();
        assertThat(data.get("total").asInt()).isEqualTo(LivePage.SHOWN + 3);
        assertThat(data.get("captions")).hasSize(LivePage.SHOWN);
        assertThat(data.at("/captions/0/caption").textValue())
                .isEqualTo("caption " + (LivePage.SHOWN + 2));
        assertThat(data.at("/captions/0/picture").textValue()).startsWith("file:///pictures/");
        assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void goesOnWithTheLogOfAnEarlierRun() throws IOException {
        Path file = folder.resolve("captions.jsonl");
        try (CaptionLog log = new CaptionLog(file)) {
            log.add(captioned(1));
        }
        Files.writeString(file, Files.readString(file) + "{\"path\": \"/half");
        try (CaptionLog log = new CaptionLog(file)) {
            log.add(captioned(2));
        }

        List<Captioned> read = new ArrayList<>();
        CaptionLog.read(file, read::add);

        assertThat(read).containsExactly(captioned(1), captioned(2));
    }

    @Test
    void passesOverWhatIsNoCaption() throws IOException {
        Path file = folder.resolve("captions.jsonl");
        Files.writeString(file, "null\n{}\n[]\n{\"path\": \"a\\u0000b\"}\n{\"path\": \"/봄");
        // The process was killed within a character.
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - 1);
        }
        try (CaptionLog log = new CaptionLog(file)) {
            log.add(captioned(1));
        }

        List<Captioned> read = new ArrayList<>();
        CaptionLog.read(file, read::add);

        assertThat(read).containsExactly(captioned(1));
    }

    private JsonNode data() throws IOException {
        String script = Files.readString(folder.resolve("captions.js"));
        return new ObjectMapper()
                .readTree(script.substring("show(".length(), script.lastIndexOf(')')));
    }

    static Captioned captioned(int number) {
        return new Captioned(
                "/pictures/" + number + ".png",
                number,
                "caption " + number,
                false,
                false,
                3,
                20,
                "tiny",
                0);
    }
}
