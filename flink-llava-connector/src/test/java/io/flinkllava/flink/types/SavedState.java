package io.flinkllava.flink.types;

import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * State as a released version wrote it, kept under {@code src/test/resources/state/<version>}: the
 * serializer's snapshot and one value. Later versions prove here that they can still read it.
 *
 * <p>With {@code -Dllava.save-state=<version>} the tests write what is missing for that version.
 */
public final class SavedState {

    private static final Path RESOURCES = Path.of("src/test/resources/state");

    private SavedState() {}

    /** Reads the value as a job does that is restored from a savepoint of that version. */
    public static <T> T read(String version, String name, TypeSerializer<T> serializer, T example)
            throws IOException {
        Path file = RESOURCES.resolve(version).resolve(name + ".bin");
        if (isMissing(version, file)) {
            write(file, serializer, example);
        }
        DataInputDeserializer input = new DataInputDeserializer(Files.readAllBytes(file));
        TypeSerializerSnapshot<T> saved =
                TypeSerializerSnapshot.readVersionedSnapshot(
                        input, SavedState.class.getClassLoader());
        TypeSerializerSchemaCompatibility<T> compatibility =
                serializer.snapshotConfiguration().resolveSchemaCompatibility(saved);
        assertThat(compatibility.isIncompatible()).as(name).isFalse();
        return saved.restoreSerializer().deserialize(input);
    }

    /** The same of a source, whose state carries a version and no snapshot of its serializer. */
    public static <T> T read(
            String version, String name, SimpleVersionedSerializer<T> serializer, T example)
            throws IOException {
        Path file = RESOURCES.resolve(version).resolve(name + ".bin");
        if (isMissing(version, file)) {
            Files.write(
                    file,
                    SimpleVersionedSerialization.writeVersionAndSerialize(serializer, example));
        }
        return SimpleVersionedSerialization.readVersionAndDeSerialize(
                serializer, Files.readAllBytes(file));
    }

    private static boolean isMissing(String version, Path file) {
        return version.equals(System.getProperty("llava.save-state")) && !Files.exists(file);
    }

    private static <T> void write(Path file, TypeSerializer<T> serializer, T example)
            throws IOException {
        DataOutputSerializer output = new DataOutputSerializer(256);
        TypeSerializerSnapshot.writeVersionedSnapshot(output, serializer.snapshotConfiguration());
        serializer.serialize(example, output);
        Files.createDirectories(file.getParent());
        Files.write(file, output.getCopyOfBuffer());
    }
}
