package io.flinkllava.runtime.image;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.PictureInfo;
import io.flinkllava.runtime.RequestLimits;

import java.io.IOException;
import java.util.Map;
import java.util.Objects;

/**
 * Turns encoded bytes from strangers into checked RGB pixels: PNG, JPEG, WebP, GIF and WebP
 * animations (first frame), BMP and TIFF (first page).
 *
 * <p>The pixels are those of {@code load_image} of Hugging Face transformers, that is of Pillow's
 * {@code exif_transpose} and {@code convert("RGB")}: EXIF orientation applied, alpha dropped and
 * not blended, palettes expanded, CMYK by the plain formula, no colour management. Two things
 * differ: 16-bit grey keeps its high byte, where Pillow clips and leaves a white picture; and lossy
 * WebP is close to libwebp, not equal (see {@link WebpReader}).
 *
 * <p>Size, format and the header's width and height are checked before memory for pixels is taken.
 * Immutable and thread-safe; works on the calling thread and writes no temporary files.
 */
public final class ImageDecoder {

    private static final Map<ImageFormat, PictureReader> READERS =
            Map.of(
                    ImageFormat.PNG, new PngReader(),
                    ImageFormat.JPEG, new JpegReader(),
                    ImageFormat.GIF, new GifReader(),
                    ImageFormat.BMP, new BmpReader(),
                    ImageFormat.TIFF, new TiffReader(),
                    ImageFormat.WEBP, new WebpReader());

    private final RequestLimits limits;

    public ImageDecoder(RequestLimits limits) {
        this.limits = Objects.requireNonNull(limits, "limits");
    }

    /**
     * Decodes a picture.
     *
     * @param encoded not changed
     * @throws LlavaException with code INPUT if this is no picture, a broken one or one beyond the
     *     limits; with code CAPACITY if the pixels found no memory
     */
    public RgbImage decode(byte[] encoded) {
        return read(
                encoded,
                (format, reader) -> {
                    PictureHeader header = reader.header(encoded);
                    checkSize(format, header);
                    RgbImage image = reader.pixels(encoded, header);
                    checkSame(header, image);
                    return header.orientation().apply(image);
                });
    }

    /**
     * Reads a picture's header and nothing else; a picture too large to be decoded has one too.
     *
     * @throws LlavaException with code INPUT if this is no picture, a broken one or one of too many
     *     bytes
     */
    PictureInfo info(byte[] encoded) {
        return read(
                encoded,
                (format, reader) -> {
                    PictureHeader header = reader.header(encoded);
                    checkPresent(header);
                    return new PictureInfo(
                            format.name(),
                            header.width(),
                            header.height(),
                            header.orientation().tagValue(),
                            header.exif().takenAt().orElse(null),
                            ContentHash.of(encoded));
                });
    }

    private <T> T read(byte[] encoded, FormatReader<T> reading) {
        Objects.requireNonNull(encoded, "encoded");
        ImageFormat format = format(encoded);
        try {
            return reading.read(format, READERS.get(format));
        } catch (LlavaException e) {
            throw e;
        } catch (IOException e) {
            throw unreadable(
                    format,
                    encoded,
                    Objects.requireNonNullElse(e.getMessage(), "it ends early"),
                    e);
        } catch (RuntimeException e) {
            String what = e.getClass().getSimpleName();
            throw unreadable(format, encoded, "its data contradicts itself (" + what + ")", e);
        } catch (StackOverflowError e) {
            throw unreadable(format, encoded, "its data nests too deeply", e);
        } catch (OutOfMemoryError e) {
            throw new LlavaException(
                    LlavaErrorCode.CAPACITY,
                    "No memory to decode a "
                            + format
                            + " picture of "
                            + encoded.length
                            + " bytes: give the process more heap or lower max-image-pixels",
                    e);
        }
    }

    private static LlavaException unreadable(
            ImageFormat format, byte[] encoded, String why, Throwable cause) {
        return new LlavaException(
                LlavaErrorCode.INPUT,
                "The " + format + " picture of " + encoded.length + " bytes cannot be read: " + why,
                cause);
    }

    private ImageFormat format(byte[] encoded) {
        if (encoded.length == 0) {
            throw LlavaException.input("The picture is empty: 0 bytes");
        }
        if (encoded.length > limits.maxImageBytes()) {
            throw LlavaException.input(
                    "The picture has "
                            + encoded.length
                            + " bytes, the limit is "
                            + limits.maxImageBytes()
                            + " (max-image-bytes)");
        }
        return ImageFormat.of(encoded)
                .orElseThrow(
                        () ->
                                LlavaException.input(
                                        "The "
                                                + encoded.length
                                                + " bytes are no picture: they start like none of"
                                                + " PNG, JPEG, WebP, GIF, BMP and TIFF"));
    }

    private void checkSize(ImageFormat format, PictureHeader header) throws IOException {
        checkPresent(header);
        int width = header.width();
        int height = header.height();
        if (Math.max(width, height) > limits.maxImageSide()) {
            throw tooLarge(format, header, limits.maxImageSide() + " a side (max-image-side)");
        }
        if ((long) width * height > limits.maxImagePixels()) {
            throw tooLarge(format, header, limits.maxImagePixels() + " in all (max-image-pixels)");
        }
    }

    private static void checkPresent(PictureHeader header) throws IOException {
        if (header.width() < 1 || header.height() < 1) {
            throw new IOException(
                    "its header says " + header.width() + " x " + header.height() + " pixels");
        }
    }

    /** The limits were held against the header's numbers: nothing else may come out. */
    private static void checkSame(PictureHeader header, RgbImage image) throws IOException {
        if (image.width() != header.width() || image.height() != header.height()) {
            throw new IOException("its pixels have another size than its header says");
        }
    }

    private static LlavaException tooLarge(ImageFormat format, PictureHeader header, String limit) {
        return LlavaException.input(
                "The "
                        + format
                        + " picture has "
                        + header.width()
                        + " x "
                        + header.height()
                        + " pixels, the limit is "
                        + limit);
    }

    /** What is wanted of a picture, once its format is known. */
    private interface FormatReader<T> {
        T read(ImageFormat format, PictureReader reader) throws IOException;
    }
}
