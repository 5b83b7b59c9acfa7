package io.flinkllava.runtime;

import java.util.ServiceLoader;

/**
 * What can be done with an encoded picture without a model.
 *
 * <p>Threading: all methods may be called from any thread; they work on the calling one and keep
 * nothing.
 */
public interface Pictures {

    /** How a picture is written. */
    enum Encoding {
        /** Without loss. */
        PNG,
        /** Smaller, with the loss of a camera's file; without alpha. */
        JPEG
    }

    /**
     * Reads what a picture says of itself; no pixel is decoded.
     *
     * @throws LlavaException with code INPUT if this is no picture or its header is broken
     */
    PictureInfo info(byte[] encoded);

    /**
     * Scales a picture to a size, whatever its proportions were, exactly as Pillow's {@code
     * exif_transpose(image).convert("RGB").resize((width, height))} does (bicubic, with
     * antialiasing): the pixels are the same bit for bit, save those that lossy formats differ in.
     *
     * @param width in pixels, at least 1
     * @param height in pixels, at least 1
     * @param limits on the picture; the result must keep those on pixels and sides as well
     * @throws LlavaException with code INPUT if this is no picture, a broken one, or beyond the
     *     limits; with code CAPACITY if the pixels found no memory
     */
    byte[] resize(byte[] encoded, int width, int height, Encoding encoding, RequestLimits limits);

    /** Those of the runtime on the class path. */
    static Pictures installed() {
        return ServiceLoader.load(Pictures.class, Pictures.class.getClassLoader())
                .findFirst()
                .orElseThrow(
                        () ->
                                new LlavaException(
                                        LlavaErrorCode.INTERNAL,
                                        "No LLaVA runtime on the class path: META-INF/services/"
                                                + Pictures.class.getName()
                                                + " is missing. Merge service files when shading."));
    }
}
