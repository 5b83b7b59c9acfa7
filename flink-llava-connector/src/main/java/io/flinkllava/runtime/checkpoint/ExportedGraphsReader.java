package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.CheckpointOptions;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.ImageLayout.Anyres;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds the three graphs of an export below {@code onnx/} and chooses among their variants: the one
 * that was asked for; else what {@code transformers.js_config.dtype} in {@code config.json} names,
 * for one file or all, where it is there; else the most exact one that all three have; else the
 * most exact of each.
 */
final class ExportedGraphsReader {

    private static final String ONNX = "onnx/";

    private final CheckpointFolder folder;
    private final Map<ExportedPart, List<ExportedVariant>> found =
            new EnumMap<>(ExportedPart.class);

    ExportedGraphsReader(CheckpointFolder folder) {
        this.folder = folder;
        for (ExportedPart part : ExportedPart.values()) {
            found.put(
                    part,
                    Arrays.stream(ExportedVariant.values())
                            .filter(variant -> folder.has(ONNX + part.fileName(variant)))
                            .toList());
        }
    }

    /** Whether there is any graph of an export. */
    boolean finds() {
        return found.values().stream().anyMatch(variants -> !variants.isEmpty());
    }

    /**
     * Chooses the files.
     *
     * @param wanted an {@link ExportedVariant#label}, or {@link CheckpointOptions#FROM_FOLDER}
     */
    ExportedGraphs read(JsonObject configFile, LlavaConfig config, String wanted) {
        Map<ExportedPart, ExportedVariant> chosen =
                wanted.equals(CheckpointOptions.FROM_FOLDER)
                        ? fromFolder(configFile)
                        : all(variant(wanted));
        return new ExportedGraphs(
                folder.fileAndParts(path(chosen, ExportedPart.VISION_ENCODER)),
                folder.fileAndParts(path(chosen, ExportedPart.EMBED_TOKENS)),
                folder.fileAndParts(path(chosen, ExportedPart.DECODER)),
                needsNewline(config)
                        ? Optional.of(
                                new ImageNewlineReader(folder)
                                        .read(configFile, config.text().hiddenSize()))
                        : Optional.empty());
    }

    private static String path(Map<ExportedPart, ExportedVariant> chosen, ExportedPart part) {
        return ONNX + part.fileName(chosen.get(part));
    }

    private static ExportedVariant variant(String wanted) {
        return ExportedVariant.named(wanted)
                .orElseThrow(
                        () ->
                                LlavaException.model(
                                        "The ONNX variant is '"
                                                + wanted
                                                + "', it must be one of "
                                                + ExportedVariant.labels()));
    }

    private Map<ExportedPart, ExportedVariant> all(ExportedVariant variant) {
        List<String> missing =
                Arrays.stream(ExportedPart.values())
                        .filter(part -> !found.get(part).contains(variant))
                        .map(part -> part.fileName(variant))
                        .toList();
        if (!missing.isEmpty()) {
            throw missing(missing);
        }
        Map<ExportedPart, ExportedVariant> chosen = new EnumMap<>(ExportedPart.class);
        for (ExportedPart part : ExportedPart.values()) {
            chosen.put(part, variant);
        }
        return chosen;
    }

    private Map<ExportedPart, ExportedVariant> fromFolder(JsonObject configFile) {
        List<String> missing =
                Arrays.stream(ExportedPart.values())
                        .filter(part -> found.get(part).isEmpty())
                        .map(part -> part.fileName(ExportedVariant.FP32))
                        .toList();
        if (!missing.isEmpty()) {
            throw missing(missing);
        }
        Optional<ExportedVariant> common =
                Arrays.stream(ExportedVariant.values())
                        .filter(
                                variant ->
                                        found.values().stream()
                                                .allMatch(variants -> variants.contains(variant)))
                        .findFirst();
        Map<ExportedPart, ExportedVariant> chosen = new EnumMap<>(ExportedPart.class);
        found.forEach(
                (part, variants) ->
                        chosen.put(
                                part,
                                fromConfig(configFile, part)
                                        .filter(variants::contains)
                                        .or(() -> common)
                                        .orElseGet(() -> variants.get(0))));
        return chosen;
    }

    /** What the file names for a part: {@code dtype} is a variant, or a map with one for each. */
    private static Optional<ExportedVariant> fromConfig(JsonObject config, ExportedPart part) {
        return config.value("transformers.js_config")
                .map(section -> section.path("dtype"))
                .map(dtype -> dtype.isObject() ? dtype.path(part.stem()) : dtype)
                .flatMap(dtype -> ExportedVariant.named(dtype.asText()));
    }

    private LlavaException missing(List<String> files) {
        List<String> there = new ArrayList<>();
        found.forEach((part, variants) -> there.add(part.stem() + ": " + labels(variants)));
        return LlavaException.model(
                folder.file("onnx")
                        + ": no "
                        + String.join(", ", files)
                        + ". The variants that are there: "
                        + String.join("; ", there)
                        + ". Download the missing files with their *.onnx_data, or choose a variant"
                        + " that all three have");
    }

    private static String labels(List<ExportedVariant> variants) {
        return variants.isEmpty()
                ? "none"
                : variants.stream().map(ExportedVariant::label).collect(Collectors.joining(", "));
    }

    private static boolean needsNewline(LlavaConfig config) {
        return config.images() instanceof Anyres
                || config.video().filter(VideoLayout::newline).isPresent();
    }
}
