package io.flinkllava.runtime.checkpoint;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SafetensorsOutputTest {

    private static final int MIB = 1 << 20;

    @TempDir Path folder;
    private Path file;

    @BeforeEach
    void create() throws IOException {
        file = Files.createFile(folder.resolve("new.safetensors"));
    }

    /** A mapping of a file that is too short, or has holes on a full disk, kills who writes. */
    @Test
    void takesItsRoomBeforeTensorsAreWritten() throws IOException {
        SafetensorsOutput output = new SafetensorsOutput(file);
        output.add("a", Dtype.U8, List.of(3L * MIB + 5));
        output.add("b", Dtype.F32, List.of(7L));
        output.writeHeader(Map.of("said", "00"));
        long size = Files.size(file);
        assertThat(size).isGreaterThan(3L * MIB + 5 + 28);

        ByteBuffer tensor = output.map("b");
        tensor.putFloat(0, 5);
        MappedMemory.release(tensor);
        output.writeHeader(Map.of("said", "11"));
        assertThat(Files.size(file)).isEqualTo(size);
        SafetensorsFile read = SafetensorsFile.read(file);
        assertThat(read.metadata()).containsEntry("said", "11");
        Weights weights = read.weights();
        assertThat(weights.map(weights.get("b")).getFloat(0)).isEqualTo(5);
    }

    @Test
    void saysWhatRoomThereIsAndWhatItTakes() throws IOException {
        long free = Files.getFileStore(file).getUsableSpace();
        SafetensorsOutput output = new SafetensorsOutput(file);
        output.add("a", Dtype.U8, List.of(2 * free));
        assertThatThrownBy(() -> output.writeHeader(Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(folder + " has ")
                .hasMessageContaining("the file takes " + (free >> 19) + " MiB");
        assertThat(Files.size(file)).isLessThan(MIB);
    }
}
