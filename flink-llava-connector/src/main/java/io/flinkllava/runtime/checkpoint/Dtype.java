package io.flinkllava.runtime.checkpoint;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** Element types of weights that this runtime reads, as safetensors files spell them. */
public enum Dtype {
    F32(4),
    F16(2),
    BF16(2),
    I8(1),
    U8(1);

    /** Those of a checkpoint. Integers are of this runtime's own making. */
    static final Set<Dtype> FLOATS = Collections.unmodifiableSet(EnumSet.of(F32, F16, BF16));

    private static final int HALF_INFINITY = 0x7c00;

    /** Two to the difference of the biases of float32 and float16. */
    private static final float HALF_BIAS = 0x1p112f;

    private final int bytes;

    Dtype(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    public boolean isFloat() {
        return FLOATS.contains(this);
    }

    /**
     * Reads as many numbers as there is room for.
     *
     * @param source little-endian, left behind what was read
     */
    public void read(ByteBuffer source, float[] numbers) {
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] =
                    switch (this) {
                        case F32 -> source.getFloat();
                        case F16 -> half(source.getShort());
                        case BF16 -> Float.intBitsToFloat(source.getShort() << 16);
                        case I8 -> source.get();
                        case U8 -> Byte.toUnsignedInt(source.get());
                    };
        }
    }

    /** A float16: sign, five bits of exponent, ten of fraction. */
    private static float half(short bits) {
        int magnitude = bits & 0x7fff;
        float value;
        if (magnitude < HALF_INFINITY) {
            value = Float.intBitsToFloat(magnitude << 13) * HALF_BIAS;
        } else {
            value = magnitude == HALF_INFINITY ? Float.POSITIVE_INFINITY : Float.NaN;
        }
        return bits < 0 ? -value : value;
    }
}
