package io.flinkllava.runtime.checkpoint;

import java.util.List;
import java.util.Optional;

/**
 * How pictures become pixel values: {@code preprocessor_config.json}, or {@code image_processor} in
 * {@code processor_config.json}.
 *
 * @param padToSquare {@code do_pad}: pad to a square of the mean colour before resizing, as
 *     LLaVA-1.5 was trained
 * @param resize target size, where {@code do_resize}
 * @param resample PIL's code of the filter: 0 nearest, 1 lanczos, 2 bilinear, 3 bicubic, 4 box, 5
 *     hamming
 * @param centerCrop size of the crop, where {@code do_center_crop}
 * @param rescaleFactor what a colour value is multiplied with; 1 where {@code do_rescale} is off
 * @param mean per channel; zeros where {@code do_normalize} is off
 * @param std per channel; ones where {@code do_normalize} is off
 * @param pinpoints {@code image_grid_pinpoints}; empty where the file has none
 */
public record ImageProcessorConfig(
        boolean padToSquare,
        Optional<Resize> resize,
        int resample,
        Optional<Size> centerCrop,
        double rescaleFactor,
        List<Float> mean,
        List<Float> std,
        List<Size> pinpoints) {

    public ImageProcessorConfig {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        pinpoints = List.copyOf(pinpoints);
    }

    /** The same with a padding to squares in front. */
    public ImageProcessorConfig paddedToSquare() {
        return new ImageProcessorConfig(
                true, resize, resample, centerCrop, rescaleFactor, mean, std, pinpoints);
    }

    /** Height and width in pixels. */
    public record Size(int height, int width) implements Resize {}

    /** The shorter side becomes so many pixels, the aspect ratio stays. */
    public record ShortestEdge(int pixels) implements Resize {}

    /** {@code size}: an exact size or a shortest edge. */
    public sealed interface Resize permits Size, ShortestEdge {}
}
