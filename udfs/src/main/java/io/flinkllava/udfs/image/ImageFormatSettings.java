package io.flinkllava.udfs.image;

import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;

import java.io.Serializable;

/** The options of a table, checked. */
record ImageFormatSettings(int maxBytes, long maxPixels, OnError onError) implements Serializable {

    private static final long LARGEST = 1L << 30;

    static ImageFormatSettings of(ReadableConfig options) {
        long maxBytes = options.get(ImageFormatOptions.MAX_BYTES).getBytes();
        if (maxBytes < 1 || maxBytes > LARGEST) {
            throw new ValidationException(
                    "'image.max-bytes' is " + maxBytes + " bytes, it must be 1 byte to 1 gb");
        }
        long maxPixels = options.get(ImageFormatOptions.MAX_PIXELS);
        if (maxPixels < 1) {
            throw new ValidationException(
                    "'image.max-pixels' is " + maxPixels + ", it must be at least 1");
        }
        return new ImageFormatSettings(
                (int) maxBytes, maxPixels, options.get(ImageFormatOptions.ON_ERROR));
    }
}
