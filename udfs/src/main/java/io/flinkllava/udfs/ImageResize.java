package io.flinkllava.udfs;

import org.apache.flink.table.functions.ScalarFunction;

import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.Pictures;
import io.flinkllava.runtime.Pictures.Encoding;
import io.flinkllava.runtime.RequestLimits;

/**
 * Scales a picture, upright, to a PNG: {@code image_resize(bytes, width, height)}. Needs no model.
 * NULL for NULL, and for what is no picture, a broken one, or beyond the limits.
 */
public final class ImageResize extends ScalarFunction {

    private static final long serialVersionUID = 1L;

    private final RequestLimits limits;
    private transient Pictures pictures;

    public ImageResize() {
        this(RequestLimits.DEFAULT);
    }

    /** Takes other pictures. */
    public ImageResize(RequestLimits limits) {
        this.limits = limits;
    }

    /** Pictures are decoded in the cluster, not where the statement is planned. */
    @Override
    public boolean supportsConstantFolding() {
        return false;
    }

    public byte[] eval(byte[] image, Integer width, Integer height) {
        if (image == null || width == null || height == null) {
            return null;
        }
        if (pictures == null) {
            pictures = Pictures.installed();
        }
        try {
            return pictures.resize(image, width, height, Encoding.PNG, limits);
        } catch (LlavaException e) {
            return null;
        }
    }
}
