package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.graph.PackingGraph;
import io.flinkllava.runtime.image.FeaturePacking;

import java.nio.ByteBuffer;

/** Makes tokens of the feature vectors of tiles, on the device. */
final class FeaturePacker implements AutoCloseable {

    private final OnnxSession session;
    private final Binding binding;
    private final int taps;
    private final HostBuffer indexes = new HostBuffer();
    private final HostBuffer weights = new HostBuffer();

    FeaturePacker(DeviceContext context, OnnxSession session, int taps) {
        this.session = session;
        this.binding = new Binding(context, session);
        this.taps = taps;
    }

    /**
     * Packs the features of one picture or video.
     *
     * @param features {@code [features, hidden]}
     * @param tokens {@code [tokens, hidden]}, written to
     */
    void pack(FeaturePacking packing, TensorView features, TensorView tokens) {
        binding.input(PackingGraph.IMAGE_FEATURES, features);
        binding.output(PackingGraph.TOKENS, tokens);
        bindRecipe(packing);
        binding.run();
    }

    private void bindRecipe(FeaturePacking packing) {
        int count = packing.tokens();
        ByteBuffer which = indexes.ofSize(ElementType.INT64.bytes(count, taps));
        ByteBuffer share = weights.ofSize(ElementType.FLOAT32.bytes(count, taps));
        for (int token = 0; token < count; token++) {
            for (int tap = 0; tap < taps; tap++) {
                int from = token * FeaturePacking.TAPS + tap;
                which.putLong(packing.indexes()[from]);
                share.putFloat(packing.weights()[from]);
            }
        }
        binding.input(PackingGraph.INDEXES, which.rewind(), ElementType.INT64, count, taps);
        if (taps > 1) {
            binding.input(PackingGraph.WEIGHTS, share.rewind(), ElementType.FLOAT32, count, taps);
        }
    }

    @Override
    public void close() {
        binding.close();
        session.close();
    }
}
