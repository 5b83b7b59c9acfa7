package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.checkpoint.LlavaConfig;
import io.flinkllava.runtime.image.VisualInput;

import java.util.List;
import java.util.Optional;

/**
 * Pictures and videos become the vectors that stand at their tokens: the tower sees the tiles, and
 * what it says is packed. Nothing leaves the device.
 *
 * <p>Owns the memory of the vectors, which the next pictures overwrite.
 */
final class VisualEncoder implements AutoCloseable {

    private final VisionTower tower;
    private final Optional<FeaturePacker> packer;
    private final DeviceBuffer features;
    private final DeviceBuffer tokens;

    VisualEncoder(
            DeviceContext context,
            LlavaConfig config,
            ElementType type,
            VisionTower tower,
            Optional<FeaturePacker> packer) {
        this.tower = tower;
        this.packer = packer;
        this.features = new DeviceBuffer(context, type, config.text().hiddenSize());
        this.tokens = new DeviceBuffer(context, type, config.text().hiddenSize());
    }

    /** Encodes one after the other: the vectors of all, valid until the next call. */
    DeviceBuffer encode(List<VisualInput> visuals) {
        tokens.reserve(visuals.stream().mapToInt(VisualInput::tokens).sum());
        int end = 0;
        for (VisualInput visual : visuals) {
            if (visual.packing().isIdentity()) {
                tower.encode(visual.tiles(), visual.poolStride(), tokens, end);
            } else {
                pack(visual, end);
            }
            end += visual.tokens();
        }
        return tokens;
    }

    private void pack(VisualInput visual, int first) {
        int count = visual.packing().features();
        features.reserve(count);
        tower.encode(visual.tiles(), visual.poolStride(), features, 0);
        packer.orElseThrow()
                .pack(
                        visual.packing(),
                        features.tensor(0, count),
                        tokens.tensor(first, visual.tokens()));
    }

    @Override
    public void close() {
        tower.close();
        packer.ifPresent(FeaturePacker::close);
        features.close();
        tokens.close();
    }
}
