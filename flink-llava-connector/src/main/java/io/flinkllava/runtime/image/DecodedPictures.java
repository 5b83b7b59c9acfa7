package io.flinkllava.runtime.image;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.PictureInfo;
import io.flinkllava.runtime.Pictures;
import io.flinkllava.runtime.RequestLimits;

/** Pictures by {@link ImageDecoder} and {@link Resampler}. Public for the service loader. */
public final class DecodedPictures implements Pictures {

    // What Image.resize of Pillow takes unless told otherwise.
    private static final Resampler RESAMPLER = new Resampler(ResampleFilter.BICUBIC);
    private static final ImageDecoder ANY_SIZE =
            new ImageDecoder(
                    new RequestLimits(
                            Integer.MAX_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE, 1, 1, 1));

    @Override
    public PictureInfo info(byte[] encoded) {
        return ANY_SIZE.info(encoded);
    }

    @Override
    public byte[] resize(
            byte[] encoded, int width, int height, Encoding encoding, RequestLimits limits) {
        requireWithin(width, height, limits);
        RgbImage source = new ImageDecoder(limits).decode(encoded);
        try {
            RgbImage resized = RESAMPLER.resize(RgbRows.of(source), width, height);
            return PictureWriter.write(resized, encoding);
        } catch (OutOfMemoryError e) {
            throw new LlavaException(
                    LlavaErrorCode.CAPACITY,
                    "No memory to resize a picture to " + width + " x " + height + " pixels",
                    e);
        }
    }

    private static void requireWithin(int width, int height, RequestLimits limits) {
        if (width < 1
                || height < 1
                || Math.max(width, height) > limits.maxImageSide()
                || (long) width * height > limits.maxImagePixels()) {
            throw LlavaException.input(
                    "A picture cannot be resized to "
                            + width
                            + " x "
                            + height
                            + " pixels: at least 1 and at most "
                            + limits.maxImageSide()
                            + " a side (max-image-side) and "
                            + limits.maxImagePixels()
                            + " in all (max-image-pixels)");
        }
    }
}
