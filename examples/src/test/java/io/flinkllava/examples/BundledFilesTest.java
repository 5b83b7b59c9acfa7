package io.flinkllava.examples;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BundledFilesTest {

    @TempDir private Path folder;

    @Test
    void copiesFromAJar() throws IOException {
        Path jar = folder.resolve("program.jar");
        try (FileSystem files = FileSystems.newFileSystem(jar, Map.of("create", "true"))) {
            lay(files.getPath("/"));
        }

        check(BundledFiles.copy(jar, "tiny/model", folder.resolve("target")));
    }

    @Test
    void copiesFromAFolderOfClasses() throws IOException {
        Path classes = Files.createDirectory(folder.resolve("classes"));
        lay(classes);

        check(BundledFiles.copy(classes, "tiny/model", folder.resolve("target")));
    }

    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(() -> BundledFiles.copy(folder, "tiny/model", folder.resolve("target")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("tiny/model");
    }

    private static void lay(Path root) throws IOException {
        Path model = Files.createDirectories(root.resolve("tiny/model"));
        Files.writeString(model.resolve("config.json"), "{}");
        Files.writeString(Files.createDirectory(model.resolve("tower")).resolve("weights"), "w");
        Files.writeString(root.resolve("tiny/other"), "o");
    }

    private static void check(Path copy) {
        assertThat(copy.toFile().list()).containsExactlyInAnyOrder("config.json", "tower");
        assertThat(copy.resolve("config.json")).hasContent("{}");
        assertThat(copy.resolve("tower/weights")).hasContent("w");
    }
}
