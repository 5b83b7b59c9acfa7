package io.flinkllava.udfs;

import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.types.Row;

import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.PictureInfo;

/**
 * What a picture says of itself: {@code image_info(bytes)}, its size upright, as models see it and
 * {@code llava_plan} wants it. Needs no model and decodes no pixel. NULL for NULL, and for bytes
 * that are no picture.
 */
public final class ImageInfo extends ScalarFunction {

    private static final long serialVersionUID = 1L;

    /** What it makes of a constant is the cluster's to find out. */
    @Override
    public boolean supportsConstantFolding() {
        return false;
    }

    @DataTypeHint(
            "ROW<format STRING, width INT, height INT, orientation INT, taken_at TIMESTAMP(3),"
                    + " sha256 STRING>")
    public Row eval(byte[] image) {
        if (image == null) {
            return null;
        }
        try {
            PictureInfo info = PictureInfo.of(image);
            return Row.of(
                    info.format(),
                    info.uprightWidth(),
                    info.uprightHeight(),
                    info.orientation(),
                    info.takenAt(),
                    info.sha256());
        } catch (LlavaException e) {
            return null;
        }
    }
}
