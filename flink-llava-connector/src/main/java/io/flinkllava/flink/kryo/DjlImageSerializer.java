package io.flinkllava.flink.kryo;

import ai.djl.modality.cv.BufferedImageFactory;
import ai.djl.modality.cv.Image;
import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;

import java.awt.image.BufferedImage;

/**
 * Writes the {@code BufferedImage} that a DJL picture wraps, by {@link BufferedImageSerializer}.
 * Pictures of DJL's other factories (OpenCV) are refused with a {@link KryoException}, like those
 * that {@code BufferedImageSerializer} refuses. An instance belongs to one {@link Kryo}.
 */
public final class DjlImageSerializer extends Serializer<Image> {

    private final BufferedImageSerializer images = new BufferedImageSerializer();

    @Override
    public void write(Kryo kryo, Output output, Image image) {
        images.write(kryo, output, wrapped(image));
    }

    @Override
    public Image read(Kryo kryo, Input input, Class<? extends Image> type) {
        return new BufferedImageFactory().fromImage(images.read(kryo, input, BufferedImage.class));
    }

    @Override
    public Image copy(Kryo kryo, Image original) {
        return new BufferedImageFactory().fromImage(images.copy(kryo, wrapped(original)));
    }

    private static BufferedImage wrapped(Image image) {
        if (image.getWrappedImage() instanceof BufferedImage wrapped) {
            return wrapped;
        }
        throw new KryoException(
                "A picture of "
                        + image.getClass().getName()
                        + " does not travel: make it with DJL's BufferedImageFactory");
    }
}
