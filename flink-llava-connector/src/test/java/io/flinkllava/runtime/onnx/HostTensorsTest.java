package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.memory.NativeLedger;
import io.flinkllava.runtime.memory.NativeLedger.Balance;
import io.flinkllava.runtime.onnx.DecoderSignature.Cache;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What fails half-way keeps no native memory. */
class HostTensorsTest {

    private final HostTensors host =
            new HostTensors(OnnxEnvironment.get(ModelOptions.DEFAULT.threads()));
    private final Balance before = NativeLedger.balance();

    @AfterEach
    void nothingIsOpen() {
        assertThat(host.open()).isZero();
        assertThat(NativeLedger.balance()).isEqualTo(before);
    }

    @Test
    void aTensorThatCannotBeFilled() {
        assertThatThrownBy(
                        () ->
                                host.create(
                                        ElementType.INT64,
                                        memory -> memory.setLong(memory.size(), 1),
                                        2,
                                        3))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    /** The second of two caches is missing where rows are put side by side. */
    @Test
    void aBlockThatCannotBeFinished() {
        Cache cache = new Cache(signature("past"), signature("present"), 2, 4);
        ExportedCache row = new ExportedCache();
        KvBlock half =
                new KvBlock(
                        List.of(
                                host.create(
                                        ElementType.FLOAT32, memory -> memory.clear(), 1, 2, 3, 4)),
                        1,
                        3,
                        host);
        row.moveTo(half, 0, 3);
        KvBlockBuilder builder = new KvBlockBuilder(List.of(cache, cache), host);
        assertThatThrownBy(() -> builder.copy(List.of(row, row)))
                .isInstanceOf(IndexOutOfBoundsException.class);
        row.close();
    }

    private static TensorSignature signature(String name) {
        return new TensorSignature(
                Path.of("decoder.onnx"),
                "input",
                name,
                Optional.of(ElementType.FLOAT32),
                List.of(-1L, 2L, -1L, 4L));
    }
}
