/**
 * Encoded bytes become pixel values: {@code ImageDecoder} (hostile bytes to checked RGB), {@code
 * Resampler} (bit-exact with Pillow), {@code ImageProcessor} (as the checkpoint's own file says).
 */
package io.flinkllava.runtime.image;
