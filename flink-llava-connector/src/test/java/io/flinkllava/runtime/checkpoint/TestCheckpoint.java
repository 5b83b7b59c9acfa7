package io.flinkllava.runtime.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flinkllava.runtime.CheckpointOptions;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.testing.Golden;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A checkpoint folder of a test's own, to be spoilt at will. */
final class TestCheckpoint {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;

    private TestCheckpoint(Path folder) {
        this.folder = folder;
    }

    static TestCheckpoint empty(Path folder) {
        return new TestCheckpoint(folder);
    }

    /** Copies the golden checkpoint. */
    static TestCheckpoint golden(Path folder) {
        return golden("llava15", folder);
    }

    /** Copies a golden checkpoint with the folders inside. */
    static TestCheckpoint golden(String name, Path folder) {
        return new TestCheckpoint(Golden.copy("checkpoints/" + name, folder));
    }

    /** Copies an export to three graphs. */
    static TestCheckpoint exported(String model, Path folder) {
        return new TestCheckpoint(Golden.copy("onnx-export/" + model, folder));
    }

    TestCheckpoint write(String name, String content) {
        try {
            Files.writeString(folder.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    TestCheckpoint delete(String name) {
        try {
            Files.delete(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    TestCheckpoint edit(String name, Consumer<ObjectNode> change) {
        try {
            ObjectNode root = (ObjectNode) JSON.readTree(folder.resolve(name).toFile());
            change.accept(root);
            return write(name, root.toPrettyString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sets fields of a file: those of a JSON object. */
    TestCheckpoint edit(String name, String fields) {
        try {
            ObjectNode changes = (ObjectNode) JSON.readTree(fields);
            return edit(name, root -> root.setAll(changes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads {@code config.json} alone. */
    LlavaConfig config() {
        return LlavaConfigReader.read(JsonObject.read(folder.resolve("config.json")));
    }

    CheckpointFolder folder() {
        return new CheckpointFolder(folder);
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    Checkpoint read() {
        return CheckpointReader.read(folder);
    }

    Checkpoint read(CheckpointOptions options) {
        return CheckpointReader.read(folder, options);
    }

    /** Expects a model error whose message has all these parts. */
    static void assertModelError(ThrowingCallable call, List<String> parts) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        LlavaException.class,
                        e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.MODEL))
                .hasMessageContainingAll(parts.toArray(String[]::new));
    }

    static void assertModelError(ThrowingCallable call, String... parts) {
        assertModelError(call, List.of(parts));
    }
}
