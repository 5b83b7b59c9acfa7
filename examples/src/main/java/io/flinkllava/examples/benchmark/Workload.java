package io.flinkllava.examples.benchmark;

import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;

import javax.imageio.ImageIO;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Requests that are the same for the same arguments: pictures of noise, questions that differ, and
 * answers of exactly the lengths asked for.
 */
final class Workload {

    /** Noise is made coarse, so that pictures have a size like those of cameras. */
    private static final int GRAIN = 8;

    private Workload() {}

    /**
     * Makes requests.
     *
     * @param run no two runs have a picture in common, so that none is known from the run before
     * @param count of requests
     * @param pictures so many different ones; request {@code n} asks about picture {@code n} modulo
     *     this
     * @param width of each picture
     * @param height of each picture
     * @param lengths of the answers in tokens; taken in equal numbers and shuffled
     */
    static List<LlavaRequest> of(
            int run, int count, int pictures, int width, int height, List<Integer> lengths) {
        List<byte[]> shown = new ArrayList<>();
        for (int i = 0; i < pictures; i++) {
            shown.add(noise(width, height, (long) run * pictures + i));
        }
        List<Integer> tokens = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tokens.add(lengths.get(i % lengths.size()));
        }
        Collections.shuffle(tokens, new Random(0));
        List<LlavaRequest> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            requests.add(
                    new LlavaRequest(
                            List.of(shown.get(i % pictures)),
                            List.of(Message.user("Describe the picture, part " + i + ".")),
                            new GenerationParameters(tokens.get(i), tokens.get(i))));
        }
        return requests;
    }

    private static byte[] noise(int width, int height, long seed) {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y += GRAIN) {
            for (int x = 0; x < width; x += GRAIN) {
                int colour = random.nextInt(1 << 24);
                for (int i = 0; i < GRAIN * GRAIN; i++) {
                    int column = x + i % GRAIN;
                    int row = y + i / GRAIN;
                    if (column < width && row < height) {
                        image.setRGB(column, row, colour);
                    }
                }
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
