package io.flinkllava.runtime.image;

import io.flinkllava.runtime.RequestLimits;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

import javax.imageio.ImageIO;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** From the bytes of a picture to the tiles of LLaVA-NeXT, up to five of 336 x 336. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class PictureBenchmark {

    @Param({"640x480", "4000x3000"})
    String size;

    @Param({"png", "jpg"})
    String format;

    private final ImageDecoder decoder = new ImageDecoder(RequestLimits.DEFAULT);
    private final VisualProcessor processor = VisualFixtures.next(336, 14);
    private byte[] bytes;
    private RgbImage decoded;

    @Setup
    public void prepare() throws IOException {
        int width = Integer.parseInt(size.substring(0, size.indexOf('x')));
        int height = Integer.parseInt(size.substring(size.indexOf('x') + 1));
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(0);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, (x * 255 / width) << 16 | (y & 255) << 8 | random.nextInt(16));
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, format, out);
        bytes = out.toByteArray();
        decoded = decoder.decode(bytes);
    }

    @Benchmark
    public RgbImage decode() {
        return decoder.decode(bytes);
    }

    @Benchmark
    public VisualInput process() {
        return processor.image(decoded);
    }
}
