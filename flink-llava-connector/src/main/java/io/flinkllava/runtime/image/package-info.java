/**
 * Encoded bytes become pixel values.
 *
 * <pre>
 * bytes --ImageDecoder--&gt; RgbImage [height, width, 3] --VisualProcessor--&gt; VisualInput
 *         VisualInput: tiles [n, 3, side, side] and how their features become tokens
 * </pre>
 *
 * <p>The doors are {@link io.flinkllava.runtime.image.ImageDecoder} (hostile bytes to checked RGB)
 * and {@link io.flinkllava.runtime.image.VisualProcessor} (as the checkpoint's own files say).
 * Inside, a {@code PictureReader} knows each format, {@code ImageProcessor} the pixels of one tile,
 * and {@code Resampler} resizes bit for bit as Pillow does.
 */
package io.flinkllava.runtime.image;
