package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.BatchingOptions;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.CheckpointReader;
import io.flinkllava.runtime.checkpoint.LlavaConfig;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AdmissionTest {

    private static final long GIB = 1L << 30;

    /** LLaVA-1.5-7B in float16, more or less. */
    private static final Admission ADMISSION =
            new Admission("gpu:0", 13 * GIB, new MemoryNeed(GIB, 2049, GIB / 4, GIB / 4));

    private static final BatchingOptions EIGHT = BatchingOptions.DEFAULT;

    @Test
    void rowsAreWhatTheOptionsSayIfTheyFit() {
        assertThat(ADMISSION.rows(EIGHT, 9 * GIB)).isEqualTo(8);
        assertThat(ADMISSION.rows(EIGHT.withMaxBatchSize(1), 60 * GIB)).isEqualTo(1);
    }

    @Test
    void rowsAreWhatFitsIntoAFractionOfTheMemory() {
        assertThat(ADMISSION.rows(EIGHT.withMemoryFraction(1), 10 * GIB)).isEqualTo(9);
        assertThat(ADMISSION.rows(EIGHT.withMemoryFraction(0.5), 10 * GIB)).isEqualTo(4);
        assertThat(ADMISSION.rows(EIGHT.withMemoryFraction(1), 4000 * GIB))
                .isEqualTo(Admission.MOST_ROWS);
    }

    @Test
    void whatDoesNotFitIsRefusedWithTheNumbers() {
        assertThatThrownBy(() -> ADMISSION.rows(EIGHT, 8 * GIB))
                .isInstanceOfSatisfying(
                        LlavaException.class,
                        e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.MODEL))
                .hasMessage(
                        "The model does not fit into the memory of gpu:0: with its weights (13.0"
                                + " GiB) loaded 8.0 GiB are left, and it takes a KV cache of 8"
                                + " sequences of 2049 positions (1.0 GiB each, 8.0 GiB together),"
                                + " 256.0 MiB for vision features (vision-cache) and 256.0 MiB"
                                + " while steps run. Lower max-batch-size, max-sequence-length or"
                                + " vision-cache");
    }

    @Test
    void aFractionThatHoldsNoSequenceIsRefused() {
        assertThatThrownBy(() -> ADMISSION.rows(EIGHT.withMemoryFraction(0.1), 10 * GIB))
                .isInstanceOf(LlavaException.class)
                .hasMessageContaining("memory-fraction allows 1.0 GiB")
                .hasMessageContaining("a KV cache of 1 sequence of 2049 positions")
                .hasMessageEndingWith("or raise memory-fraction");
    }

    @Test
    void whatIsMoreThanALongHoldsIsRefused() {
        MemoryNeed huge = new MemoryNeed(Long.MAX_VALUE / 2, 1 << 20, 0, 0);
        assertThatThrownBy(() -> new Admission("cpu", 0, huge).rows(EIGHT, Long.MAX_VALUE))
                .isInstanceOf(LlavaException.class)
                .hasMessageContaining("max-batch-size");
    }

    @Test
    void weightsThatDoNotFitAreRefusedBeforeTheyAreLoaded() {
        ADMISSION.requireWeights(13 * GIB);
        assertThatThrownBy(() -> ADMISSION.requireWeights(12 * GIB))
                .isInstanceOf(LlavaException.class)
                .hasMessageContaining("The weights take 13.0 GiB, but gpu:0 has 12.0 GiB");
    }

    /** {@code docs/models.md}: keys and values of the layers, and no less than the arena takes. */
    @Test
    void needsAreCountedFromTheConfiguration() {
        LlavaConfig config = CheckpointReader.read(Golden.checkpoint("llava15")).config();
        MemoryNeed need = MemoryNeed.of(config, ElementType.FLOAT32, 101, 64, 8, 1000);
        int head = config.text().hiddenSize() / config.text().heads();
        assertThat(head).as("not padded").isEqualTo(16);
        assertThat(need.perSequence())
                .isEqualTo(2L * config.text().layers() * config.text().kvHeads() * 101 * head * 4);
        assertThat(need.vision()).isEqualTo(1000);
        assertThat(need.scratch()).isBetween(100_000L, 100_000_000L);
    }
}
