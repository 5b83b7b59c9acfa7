package io.flinkllava.runtime.image;

import java.io.IOException;

/**
 * What the samples of a JPEG frame mean, decided and converted as libjpeg does ({@code jdapimin.c},
 * {@code jdcolor.c}), with Pillow's view of CMYK: ink is always stored inverted.
 */
enum JpegColours {
    GREY(1),
    RGB(3),
    YCBCR(3),
    CMYK(4),
    YCCK(4);

    /** Stands for the transform of an Adobe segment that is not there. */
    static final int NO_ADOBE = -1;

    private static final int SCALE = 16;
    private static final int HALF = 1 << (SCALE - 1);
    private static final int CR_TO_RED = 91_881;
    private static final int CB_TO_GREEN = -22_554;
    private static final int CR_TO_GREEN = -46_802;
    private static final int CB_TO_BLUE = 116_130;

    private final int bands;

    JpegColours(int bands) {
        this.bands = bands;
    }

    /**
     * Decides.
     *
     * @param components the identifiers in the frame header
     * @param jfif whether there is a JFIF segment
     * @param adobeTransform of the Adobe segment, or {@link #NO_ADOBE}
     */
    static JpegColours of(byte[] components, boolean jfif, int adobeTransform) throws IOException {
        return switch (components.length) {
            case 1 -> GREY;
            case 3 -> threeBands(components, jfif, adobeTransform);
            case 4 -> adobeTransform == NO_ADOBE || adobeTransform == 0 ? CMYK : YCCK;
            default -> throw new IOException("it has " + components.length + " components");
        };
    }

    private static JpegColours threeBands(byte[] components, boolean jfif, int adobeTransform) {
        if (jfif) {
            return YCBCR;
        }
        if (adobeTransform != NO_ADOBE) {
            return adobeTransform == 0 ? RGB : YCBCR;
        }
        return components[0] == 'R' && components[1] == 'G' && components[2] == 'B' ? RGB : YCBCR;
    }

    /** Samples of one pixel, interleaved. */
    int bands() {
        return bands;
    }

    /**
     * Converts all pixels.
     *
     * @param samples interleaved; taken over by the result where it has three bands
     */
    byte[] toRgb(byte[] samples) {
        if (this == RGB) {
            return samples;
        }
        byte[] rgb = bands == 3 ? samples : new byte[Math.multiplyExact(samples.length / bands, 3)];
        for (int in = 0, out = 0; in < samples.length; in += bands, out += 3) {
            int colour = pixel(samples, in);
            rgb[out] = (byte) (colour >> 16);
            rgb[out + 1] = (byte) (colour >> 8);
            rgb[out + 2] = (byte) colour;
        }
        return rgb;
    }

    private int pixel(byte[] samples, int in) {
        int first = samples[in] & 0xff;
        return switch (this) {
            case GREY -> first * 0x010101;
            case RGB -> first << 16 | (samples[in + 1] & 0xff) << 8 | (samples[in + 2] & 0xff);
            case YCBCR -> yCbCr(first, samples[in + 1] & 0xff, samples[in + 2] & 0xff);
            case CMYK ->
                    Cmyk.toRgb(
                            255 - first,
                            255 - (samples[in + 1] & 0xff),
                            255 - (samples[in + 2] & 0xff),
                            255 - (samples[in + 3] & 0xff));
            case YCCK -> {
                int ink = yCbCr(first, samples[in + 1] & 0xff, samples[in + 2] & 0xff);
                yield Cmyk.toRgb(
                        ink >> 16, (ink >> 8) & 0xff, ink & 0xff, 255 - (samples[in + 3] & 0xff));
            }
        };
    }

    private static int yCbCr(int luma, int blue, int red) {
        int cb = blue - 128;
        int cr = red - 128;
        return clamp(luma + ((CR_TO_RED * cr + HALF) >> SCALE)) << 16
                | clamp(luma + ((CB_TO_GREEN * cb + CR_TO_GREEN * cr + HALF) >> SCALE)) << 8
                | clamp(luma + ((CB_TO_BLUE * cb + HALF) >> SCALE));
    }

    private static int clamp(int value) {
        return Math.max(0, Math.min(255, value));
    }
}
