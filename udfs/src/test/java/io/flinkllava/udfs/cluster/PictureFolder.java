package io.flinkllava.udfs.cluster;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.testing.Golden;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A folder of pictures, with what a model answers to one question about each. */
final class PictureFolder {

    static final String QUESTION = "What is this?";

    private static final int DIFFERENT = 8;

    private final Path path;
    private final Map<String, String> answers = new TreeMap<>();

    private PictureFolder(Path path) {
        this.path = path;
    }

    /** Makes a folder with this many pictures, some of them in folders below. */
    static PictureFolder of(Path path, int pictures) throws IOException {
        PictureFolder folder = new PictureFolder(path);
        Files.createDirectories(path.resolve("deep/er"));
        try (LlavaModel model = LlavaModel.open(model(), AskJob.OPTIONS)) {
            List<byte[]> different = new ArrayList<>();
            List<String> answers = new ArrayList<>();
            for (int i = 0; i < Math.min(pictures, DIFFERENT); i++) {
                byte[] picture = Files.readAllBytes(Golden.image("img" + i + ".png"));
                LlavaRequest request =
                        LlavaRequest.ask(picture, QUESTION).withGeneration(AskJob.GENERATION);
                different.add(picture);
                answers.add(((LlavaAnswer.Text) model.submit(request).join()).text());
            }
            for (int i = 0; i < pictures; i++) {
                String name = "picture-" + i + ".png";
                Files.write(
                        path.resolve(i % 3 == 0 ? "deep/er" : ".").resolve(name),
                        different.get(i % DIFFERENT));
                folder.answers.put(name, answers.get(i % DIFFERENT));
            }
        }
        return folder;
    }

    /** Adds a file that is no picture. */
    PictureFolder withCorrupt(String name) throws IOException {
        Files.writeString(path.resolve(name), "This is not a picture");
        return this;
    }

    static Path model() {
        return Golden.checkpoint("llava15");
    }

    Path path() {
        return path;
    }

    /** By the names of the good pictures. */
    Map<String, String> answers() {
        return answers;
    }
}
