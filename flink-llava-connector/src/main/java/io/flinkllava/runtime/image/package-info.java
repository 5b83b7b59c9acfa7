/**
 * Encoded bytes become pixel values.
 *
 * <pre>
 * bytes --ImageDecoder--&gt; RgbImage [height, width, 3] --ImageProcessor--&gt; PixelValues [3, h, w]
 * </pre>
 *
 * <p>Public are {@link io.flinkllava.runtime.image.ImageDecoder} (hostile bytes to checked RGB),
 * {@link io.flinkllava.runtime.image.RgbImage}, {@link io.flinkllava.runtime.image.ImageProcessor}
 * (as the checkpoint's own file says) and {@link io.flinkllava.runtime.image.PixelValues}. Inside,
 * a {@code PictureReader} knows each format, and {@code Resampler} resizes bit for bit as Pillow
 * does.
 */
package io.flinkllava.runtime.image;
