package io.flinkllava.runtime.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Resize;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.ShortestEdge;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Size;

import java.util.List;
import java.util.Optional;

/**
 * Reads the picture processor's settings; defaults are those of {@code CLIPImageProcessor} and
 * {@code LlavaImageProcessor} in transformers. Transformers 5 nests them in {@code
 * processor_config.json}, which wins over {@code preprocessor_config.json} as it does there.
 */
final class ImageProcessorReader {

    private static final String NESTING_FILE = "processor_config.json";
    private static final String OWN_FILE = "preprocessor_config.json";

    private static final int DEFAULT_SIDE = 224;
    private static final int BICUBIC = 3;
    private static final List<Double> CLIP_MEAN = List.of(0.48145466, 0.4578275, 0.40821073);
    private static final List<Double> CLIP_STD = List.of(0.26862954, 0.26130258, 0.27577711);

    private ImageProcessorReader() {}

    static ImageProcessorConfig read(CheckpointFolder folder) {
        JsonObject processor =
                folder.json(NESTING_FILE)
                        .flatMap(file -> file.object("image_processor"))
                        .or(() -> folder.json(OWN_FILE))
                        .orElseThrow(
                                () ->
                                        LlavaException.model(
                                                folder.file(OWN_FILE)
                                                        + ": no such file, and no image_processor"
                                                        + " in "
                                                        + NESTING_FILE
                                                        + ". Copy it from the model's Hugging Face"
                                                        + " page"));
        return read(processor, pads(processor));
    }

    private static ImageProcessorConfig read(JsonObject processor, boolean pads) {
        boolean rescales = processor.flag("do_rescale", true);
        boolean normalizes = processor.flag("do_normalize", true);
        return new ImageProcessorConfig(
                pads,
                processor.flag("do_resize", true)
                        ? Optional.of(resize(processor))
                        : Optional.empty(),
                resample(processor),
                processor.flag("do_center_crop", true)
                        ? Optional.of(crop(processor))
                        : Optional.empty(),
                rescales ? processor.number("rescale_factor", 1 / 255d) : 1,
                normalizes ? channels(processor, "image_mean", CLIP_MEAN) : List.of(0f, 0f, 0f),
                normalizes ? std(processor) : List.of(1f, 1f, 1f));
    }

    /** Tells the two supported processors apart: only LLaVA's own one knows {@code do_pad}. */
    private static boolean pads(JsonObject processor) {
        String key =
                processor.has("image_processor_type")
                        ? "image_processor_type"
                        : "feature_extractor_type";
        String type = processor.text(key).orElse("LlavaImageProcessor");
        return switch (type.replaceFirst("(Fast|Pil)$", "")) {
            case "LlavaImageProcessor" -> processor.flag("do_pad", false);
            case "CLIPImageProcessor", "CLIPFeatureExtractor" -> false;
            default ->
                    throw processor.wrong(
                            key,
                            "CLIPImageProcessor or LlavaImageProcessor: no other is supported yet");
        };
    }

    private static Resize resize(JsonObject processor) {
        if (!processor.has("size")) {
            return new ShortestEdge(DEFAULT_SIDE);
        }
        if (isNumber(processor, "size")) {
            return new ShortestEdge(processor.positive("size", DEFAULT_SIDE));
        }
        JsonObject size = processor.object("size").orElseThrow();
        return size.has("shortest_edge")
                ? new ShortestEdge(size.positive("shortest_edge", DEFAULT_SIDE))
                : exact(processor, "size", size);
    }

    private static Size crop(JsonObject processor) {
        if (!processor.has("crop_size") || isNumber(processor, "crop_size")) {
            int side = processor.positive("crop_size", DEFAULT_SIDE);
            return new Size(side, side);
        }
        return exact(processor, "crop_size", processor.object("crop_size").orElseThrow());
    }

    private static boolean isNumber(JsonObject processor, String key) {
        return processor.value(key).filter(JsonNode::isNumber).isPresent();
    }

    private static Size exact(JsonObject processor, String key, JsonObject size) {
        if (!size.has("height") || !size.has("width")) {
            throw processor.wrong(
                    key, "{height, width}" + (key.equals("size") ? " or {shortest_edge}" : ""));
        }
        return new Size(
                size.positive("height", DEFAULT_SIDE), size.positive("width", DEFAULT_SIDE));
    }

    private static int resample(JsonObject processor) {
        List<Integer> codes = processor.integers("resample");
        if (codes.size() > 1 || codes.stream().anyMatch(code -> code < 0 || code > 5)) {
            throw processor.wrong("resample", "PIL's code of a filter, 0..5");
        }
        return codes.isEmpty() ? BICUBIC : codes.get(0);
    }

    private static List<Float> std(JsonObject processor) {
        List<Float> std = channels(processor, "image_std", CLIP_STD);
        if (std.stream().anyMatch(value -> !(value > 0))) {
            throw processor.wrong("image_std", "three positive numbers");
        }
        return std;
    }

    private static List<Float> channels(JsonObject processor, String key, List<Double> absent) {
        List<Double> values = processor.numbers(key).orElse(absent);
        if (values.size() != 3) {
            throw processor.wrong(key, "three numbers, one per channel");
        }
        return values.stream().map(Double::floatValue).toList();
    }
}
