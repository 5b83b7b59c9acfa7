package io.flinkllava.flink.kryo;

import ai.djl.modality.cv.BufferedImageFactory;
import ai.djl.modality.cv.Image;
import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.awt.image.BufferedImage;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ImageSerializersTest {

    private static final BufferedImageSerializer SERIALIZER = new BufferedImageSerializer();
    private final Kryo kryo = new Kryo();

    /** Random samples in every channel. */
    static BufferedImage random(int width, int height, int type) {
        BufferedImage image = new BufferedImage(width, height, type);
        Random random = new Random(type);
        int limit = type == BufferedImage.TYPE_BYTE_BINARY ? 2 : 1 << 16;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int band = 0; band < image.getRaster().getNumBands(); band++) {
                    int bits = image.getRaster().getSampleModel().getSampleSize(band);
                    image.getRaster()
                            .setSample(x, y, band, random.nextInt(limit) & ((1 << bits) - 1));
                }
            }
        }
        return image;
    }

    private BufferedImage travel(BufferedImage image) {
        Output output = new Output(64, -1);
        SERIALIZER.write(kryo, output, image);
        return SERIALIZER.read(kryo, new Input(output.toBytes()), BufferedImage.class);
    }

    private static int[] samples(BufferedImage image) {
        return image.getRaster().getPixels(0, 0, image.getWidth(), image.getHeight(), (int[]) null);
    }

    private static int[] argb(BufferedImage image) {
        return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
    void keepsTypeAndSamples(int type) {
        BufferedImage image = random(7, 5, type);

        BufferedImage read = travel(image);

        assertThat(read.getType()).isEqualTo(type);
        assertThat(samples(read)).isEqualTo(samples(image));
        assertThat(samples(SERIALIZER.copy(kryo, image))).isEqualTo(samples(image));
    }

    @ParameterizedTest
    @ValueSource(ints = {BufferedImage.TYPE_BYTE_BINARY, BufferedImage.TYPE_BYTE_INDEXED})
    void keepsTheColoursOfAPalette(int type) {
        BufferedImage image = random(9, 4, type);

        BufferedImage read = travel(image);

        assertThat(read.getType()).isEqualTo(BufferedImage.TYPE_INT_ARGB);
        assertThat(argb(read)).isEqualTo(argb(image));
    }

    @Test
    void keepsAPartOfAPicture() {
        BufferedImage part = random(20, 20, BufferedImage.TYPE_3BYTE_BGR).getSubimage(3, 4, 5, 6);

        assertThat(argb(travel(part))).isEqualTo(argb(part));
        assertThat(argb(SERIALIZER.copy(kryo, part))).isEqualTo(argb(part));
    }

    @Test
    void aCopyIsOnItsOwn() {
        BufferedImage image = random(2, 2, BufferedImage.TYPE_INT_RGB);
        int before = image.getRGB(0, 0);
        BufferedImage copy = SERIALIZER.copy(kryo, image);
        image.setRGB(0, 0, ~before);
        assertThat(copy.getRGB(0, 0)).isEqualTo(before);
    }

    @Test
    void sizesAreCheckedBeforeMemoryIsTaken() {
        for (int[] header :
                new int[][] {
                    {1, 16_384, 16_384}, {1, 0, 1}, {2, 1, 16_385}, {0, 1, 1}, {12, 1, 1}
                }) {
            Output output = new Output(64, -1);
            output.writeByte(1);
            for (int value : header) {
                output.writeVarInt(value, true);
            }
            assertThatThrownBy(
                            () ->
                                    SERIALIZER.read(
                                            kryo, new Input(output.toBytes()), BufferedImage.class))
                    .isInstanceOf(KryoException.class)
                    .hasMessageContaining("picture");
        }
    }

    @Test
    void djlPicturesTravelToo() {
        BufferedImage image = random(7, 5, BufferedImage.TYPE_3BYTE_BGR);
        Image picture = new BufferedImageFactory().fromImage(image);
        DjlImageSerializer serializer = new DjlImageSerializer();
        Output output = new Output(64, -1);
        serializer.write(kryo, output, picture);

        Image read = serializer.read(kryo, new Input(output.toBytes()), Image.class);

        assertThat(argb((BufferedImage) read.getWrappedImage())).isEqualTo(argb(image));
        assertThat(argb((BufferedImage) serializer.copy(kryo, picture).getWrappedImage()))
                .isEqualTo(argb(image));
    }
}
