package io.flinkllava.runtime.onnx;

import com.sun.jna.Pointer;
import io.flinkllava.runtime.checkpoint.LlavaConfig;
import io.flinkllava.runtime.checkpoint.VisionConfig;
import io.flinkllava.runtime.graph.VisionGraph;
import io.flinkllava.runtime.image.PixelValues;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * Vision tower and projector: pictures become feature vectors that stay on the device.
 *
 * <p>Owns one block of device memory, which the next pictures overwrite.
 */
final class VisionTower implements AutoCloseable {

    private final DeviceContext context;
    private final OnnxSession session;
    private final Binding binding;
    private final LlavaConfig config;
    private final ElementType type;
    private final HostBuffer pixels = new HostBuffer();
    private Pointer features;
    private Pointer tensor;
    private int capacity;

    VisionTower(DeviceContext context, OnnxSession session, LlavaConfig config, ElementType type) {
        this.context = context;
        this.session = session;
        this.binding = new Binding(context, session);
        this.config = config;
        this.type = type;
    }

    /** Feature vectors of so many pictures. */
    int featureCount(int images) {
        return images * VisionGraph.tokens(config);
    }

    /** Runs the tower: {@code [images * tokens, hidden]}; valid until the next call. */
    Pointer encode(List<PixelValues> images) {
        VisionConfig vision = config.vision();
        int count = featureCount(images.size());
        int hidden = config.text().hiddenSize();
        reserve(count, hidden);
        binding.input(
                VisionGraph.PIXEL_VALUES,
                gather(images),
                ElementType.FLOAT32,
                images.size(),
                vision.channels(),
                vision.imageSize(),
                vision.imageSize());
        Pointer former = tensor;
        tensor = context.deviceTensor(features, type, count, hidden);
        binding.output(VisionGraph.IMAGE_FEATURES, tensor);
        if (former != null) {
            context.release(former);
        }
        binding.run();
        return tensor;
    }

    private ByteBuffer gather(List<PixelValues> images) {
        long floats = images.stream().mapToLong(image -> image.values().length).sum();
        ByteBuffer memory = pixels.ofSize(ElementType.FLOAT32.bytes(floats));
        FloatBuffer values = memory.asFloatBuffer();
        images.forEach(image -> values.put(image.values()));
        return memory;
    }

    private void reserve(int count, int hidden) {
        if (count > capacity) {
            if (features != null) {
                context.free(features);
            }
            features = context.allocate(type.bytes(count, hidden));
            capacity = count;
        }
    }

    @Override
    public void close() {
        binding.close();
        if (tensor != null) {
            context.release(tensor);
            context.free(features);
        }
        session.close();
    }
}
