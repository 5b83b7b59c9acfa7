package io.flinkllava.runtime.image;

/** Pillow's resampling filters ({@code src/libImaging/Resample.c}), each with its kernel. */
enum ResampleFilter {
    NEAREST(0, 0.5) {
        @Override
        double weight(double x) {
            throw new UnsupportedOperationException("nearest picks pixels and weighs none");
        }
    },
    LANCZOS(1, 3) {
        @Override
        double weight(double x) {
            return -3 <= x && x < 3 ? sinc(x) * sinc(x / 3) : 0;
        }
    },
    BILINEAR(2, 1) {
        @Override
        double weight(double x) {
            return Math.max(1 - Math.abs(x), 0);
        }
    },
    BICUBIC(3, 2) {
        @Override
        double weight(double x) {
            double a = -0.5;
            double d = Math.abs(x);
            if (d < 1) {
                return ((a + 2) * d - (a + 3)) * d * d + 1;
            }
            return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
        }
    },
    BOX(4, 0.5) {
        @Override
        double weight(double x) {
            return -0.5 < x && x <= 0.5 ? 1 : 0;
        }
    },
    HAMMING(5, 1) {
        @Override
        double weight(double x) {
            double d = Math.abs(x);
            if (d >= 1) {
                return 0;
            }
            return d == 0 ? 1 : sinc(d) * (0.54 + 0.46 * Math.cos(Math.PI * d));
        }
    };

    private final int code;
    private final double support;

    ResampleFilter(int code, double support) {
        this.code = code;
        this.support = support;
    }

    /**
     * Finds a filter by the number that processor files use.
     *
     * @param code PIL's {@code Image.Resampling}
     */
    static ResampleFilter of(int code) {
        for (ResampleFilter filter : values()) {
            if (filter.code == code) {
                return filter;
            }
        }
        throw new IllegalArgumentException("resample is " + code + ", PIL knows 0 to 5");
    }

    /** How far from its centre the kernel reaches, in pixels of the smaller scale. */
    double support() {
        return support;
    }

    abstract double weight(double x);

    private static double sinc(double x) {
        return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    }
}
