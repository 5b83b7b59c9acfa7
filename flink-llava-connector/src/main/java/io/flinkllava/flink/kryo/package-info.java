/**
 * Decoded pictures in a stream, for jobs that work on pixels before they ask: Kryo serializers that
 * keep every pixel, for {@code java.awt.image.BufferedImage} and DJL's {@code Image}. Flink learns
 * of them from its configuration:
 *
 * <pre>
 * pipeline.serialization-config:
 *   - java.awt.image.BufferedImage:
 *       {type: kryo, kryo-type: default, class: io.flinkllava.flink.kryo.BufferedImageSerializer}
 *   - ai.djl.modality.cv.Image:
 *       {type: kryo, kryo-type: default, class: io.flinkllava.flink.kryo.DjlImageSerializer}
 * </pre>
 *
 * <p>and a stream of them names its type with {@code returns(TypeInformation.of(
 * BufferedImage.class))}. Such a job cannot set {@code pipeline.generic-types: false}, which
 * forbids Kryo altogether. Pixels are many times larger than the encoded picture: where a job can,
 * let it send the bytes, or the path.
 */
package io.flinkllava.flink.kryo;
