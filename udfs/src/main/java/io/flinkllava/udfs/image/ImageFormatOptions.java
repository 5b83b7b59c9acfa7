package io.flinkllava.udfs.image;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;

import io.flinkllava.runtime.RequestLimits;

/** Options of {@code 'format' = 'image'}, in a table all beginning with {@code image.}. */
public final class ImageFormatOptions {

    public static final ConfigOption<MemorySize> MAX_BYTES =
            ConfigOptions.key("max-bytes")
                    .memoryType()
                    .defaultValue(new MemorySize(RequestLimits.DEFAULT.maxImageBytes()))
                    .withDescription("Largest file that is read; at most 1 gb.");

    public static final ConfigOption<Long> MAX_PIXELS =
            ConfigOptions.key("max-pixels")
                    .longType()
                    .defaultValue(RequestLimits.DEFAULT.maxImagePixels())
                    .withDescription("Largest width times height, by the picture's header.");

    public static final ConfigOption<OnError> ON_ERROR =
            ConfigOptions.key("on-error")
                    .enumType(OnError.class)
                    .defaultValue(OnError.NULL)
                    .withDescription(
                            "What becomes of a file that is no picture, a broken one, or one beyond"
                                    + " the limits: 'null' gives a row without content whose error"
                                    + " column says why, 'skip' no row, 'fail' fails the job.");

    private ImageFormatOptions() {}
}
