package io.flinkllava.udfs.image;

import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;

import io.flinkllava.runtime.RequestLimits;

import java.io.Serializable;

/** The options of a table, checked. */
record ImageFormatSettings(RequestLimits limits, OnError onError) implements Serializable {

    private static final long LARGEST = 1L << 30;

    static ImageFormatSettings of(ReadableConfig options) {
        long maxSize = options.get(ImageFormatOptions.MAX_SIZE).getBytes();
        if (maxSize < 1 || maxSize > LARGEST) {
            throw new ValidationException(
                    "'image.max-size' is " + maxSize + " bytes, it must be 1 byte to 1 gb");
        }
        long maxPixels = options.get(ImageFormatOptions.MAX_PIXELS);
        if (maxPixels < 1) {
            throw new ValidationException(
                    "'image.max-pixels' is " + maxPixels + ", it must be at least 1");
        }
        RequestLimits usual = RequestLimits.DEFAULT;
        return new ImageFormatSettings(
                new RequestLimits(
                        (int) maxSize,
                        maxPixels,
                        usual.maxImageSide(),
                        usual.maxImages(),
                        usual.maxFrames(),
                        usual.maxQueuedRequests()),
                options.get(ImageFormatOptions.ON_ERROR));
    }
}
