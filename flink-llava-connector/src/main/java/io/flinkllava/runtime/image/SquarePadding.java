package io.flinkllava.runtime.image;

/**
 * A picture in the middle of a square of one colour, without the memory of that square (a strip of
 * 16,384 x 100 pixels would take 800 MB).
 *
 * <p>Source: {@code LlavaImageProcessor.pad_to_square} of Hugging Face transformers, after {@code
 * expand2square} of the original LLaVA.
 */
final class SquarePadding implements RgbRows {

    private final RgbImage image;
    private final int side;
    private final int left;
    private final int top;
    private final byte[] blank;

    /**
     * Puts the picture into its square.
     *
     * @param colour red, green, blue
     */
    SquarePadding(RgbImage image, byte[] colour) {
        this.image = image;
        this.side = Math.max(image.width(), image.height());
        this.left = (side - image.width()) / 2;
        this.top = (side - image.height()) / 2;
        this.blank = new byte[3 * side];
        for (int i = 0; i < blank.length; i++) {
            blank[i] = colour[i % 3];
        }
    }

    @Override
    public int width() {
        return side;
    }

    @Override
    public int height() {
        return side;
    }

    @Override
    public void copyRow(int y, byte[] target) {
        System.arraycopy(blank, 0, target, 0, blank.length);
        if (y >= top && y < top + image.height()) {
            int stride = 3 * image.width();
            System.arraycopy(image.rgb(), (y - top) * stride, target, 3 * left, stride);
        }
    }
}
