package io.flinkllava.runtime.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Resize;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.ShortestEdge;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Size;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads the settings of a picture or video processor; defaults are those of the class that the file
 * names. Transformers 5 nests them in {@code processor_config.json}, which wins over the files of
 * their own as it does there.
 */
final class ImageProcessorReader {

    private static final String NESTING_FILE = "processor_config.json";
    private static final String IMAGE_FILE = "preprocessor_config.json";
    private static final String VIDEO_FILE = "video_preprocessor_config.json";

    private static final int BICUBIC = 3;
    private static final List<Double> CLIP_MEAN = List.of(0.48145466, 0.4578275, 0.40821073);
    private static final List<Double> CLIP_STD = List.of(0.26862954, 0.26130258, 0.27577711);
    private static final List<Double> HALF = List.of(0.5, 0.5, 0.5);

    private static final Defaults CLIP =
            new Defaults(new ShortestEdge(224), true, CLIP_MEAN, CLIP_STD);
    private static final Defaults SIGLIP = new Defaults(new Size(224, 224), false, HALF, HALF);
    private static final Defaults ONEVISION =
            new Defaults(new Size(384, 384), false, CLIP_MEAN, CLIP_STD);

    /** By class name without its suffix for a backend. */
    private static final Map<String, Defaults> CLASSES =
            Map.ofEntries(
                    Map.entry("CLIPImageProcessor", CLIP),
                    Map.entry("CLIPFeatureExtractor", CLIP),
                    Map.entry("BitImageProcessor", CLIP),
                    Map.entry("LlavaImageProcessor", CLIP),
                    Map.entry("LlavaNextImageProcessor", CLIP),
                    Map.entry("LlavaNextVideoImageProcessor", CLIP),
                    Map.entry("LlavaNextVideoVideoProcessor", CLIP),
                    Map.entry("SiglipImageProcessor", SIGLIP),
                    Map.entry("LlavaOnevisionImageProcessor", ONEVISION),
                    Map.entry("LlavaOnevisionVideoProcessor", ONEVISION));

    private ImageProcessorReader() {}

    /** Reads how pictures are processed. */
    static ImageProcessorConfig read(CheckpointFolder folder) {
        return folder.json(NESTING_FILE)
                .flatMap(file -> file.object("image_processor"))
                .or(() -> folder.json(IMAGE_FILE))
                .map(ImageProcessorReader::read)
                .orElseThrow(
                        () ->
                                LlavaException.model(
                                        folder.file(IMAGE_FILE)
                                                + ": no such file, and no image_processor in "
                                                + NESTING_FILE
                                                + ". Copy it from the model's Hugging Face page"));
    }

    /** Reads how the frames of videos are processed, where the folder says so. */
    static Optional<ImageProcessorConfig> readVideo(CheckpointFolder folder) {
        return folder.json(NESTING_FILE)
                .flatMap(file -> file.object("video_processor"))
                .or(() -> folder.json(VIDEO_FILE))
                .map(ImageProcessorReader::read);
    }

    /** Reads the settings themselves. */
    static ImageProcessorConfig read(JsonObject processor) {
        String type = type(processor);
        Defaults absent = CLASSES.get(type);
        boolean rescales = processor.flag("do_rescale", true);
        boolean normalizes = processor.flag("do_normalize", true);
        return new ImageProcessorConfig(
                // In the other classes do_pad is about batches.
                type.equals("LlavaImageProcessor") && processor.flag("do_pad", false),
                processor.flag("do_resize", true)
                        ? Optional.of(resize(processor, absent.size()))
                        : Optional.empty(),
                resample(processor),
                processor.flag("do_center_crop", absent.crops())
                        ? Optional.of(crop(processor))
                        : Optional.empty(),
                rescales ? processor.number("rescale_factor", 1 / 255d) : 1,
                normalizes ? channels(processor, "image_mean", absent.mean()) : List.of(0f, 0f, 0f),
                normalizes ? std(processor, absent.std()) : List.of(1f, 1f, 1f),
                pinpoints(processor));
    }

    private static String type(JsonObject processor) {
        String key =
                Stream.of("image_processor_type", "video_processor_type")
                        .filter(processor::has)
                        .findFirst()
                        .orElse("feature_extractor_type");
        String type =
                processor.text(key).orElse("LlavaImageProcessor").replaceFirst("(Fast|Pil)$", "");
        if (!CLASSES.containsKey(type)) {
            throw processor.wrong(
                    key,
                    "one of "
                            + String.join(", ", new TreeMap<>(CLASSES).keySet())
                            + ": no other is supported");
        }
        return type;
    }

    private static Resize resize(JsonObject processor, Resize absent) {
        if (!processor.has("size")) {
            return absent;
        }
        if (isNumber(processor, "size")) {
            int side = processor.positive("size").orElseThrow();
            return absent instanceof Size ? new Size(side, side) : new ShortestEdge(side);
        }
        JsonObject size = processor.object("size").orElseThrow();
        return size.has("shortest_edge")
                ? new ShortestEdge(size.positive("shortest_edge").orElseThrow())
                : exact(processor, "size", size);
    }

    private static Size crop(JsonObject processor) {
        if (!processor.has("crop_size") || isNumber(processor, "crop_size")) {
            int side = processor.positive("crop_size", 224);
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
                size.positive("height").orElseThrow(), size.positive("width").orElseThrow());
    }

    private static int resample(JsonObject processor) {
        List<Integer> codes = processor.integers("resample");
        if (codes.size() > 1 || codes.stream().anyMatch(code -> code < 0 || code > 5)) {
            throw processor.wrong("resample", "PIL's code of a filter, 0..5");
        }
        return codes.isEmpty() ? BICUBIC : codes.get(0);
    }

    private static List<Float> std(JsonObject processor, List<Double> absent) {
        List<Float> std = channels(processor, "image_std", absent);
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

    private static List<Size> pinpoints(JsonObject processor) {
        // Whether they suit the tower is checked where its size is known.
        return ConfigKeys.pinpoints(processor, 1).orElse(List.of());
    }

    /** What a class takes for a key that is absent from the file. */
    private record Defaults(Resize size, boolean crops, List<Double> mean, List<Double> std) {}
}
