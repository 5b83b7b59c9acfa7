package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.CheckpointOptions;
import io.flinkllava.runtime.LlavaException;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where the vision tower of an original checkpoint comes from: a folder of its own, or, if the
 * checkpoint contains the weights, a configuration that is known by name.
 *
 * @param folder where one was found; holds the weights that the checkpoint does not contain
 */
record VisionTowerSource(
        VisionConfig config, ImageProcessorConfig processor, Optional<CheckpointFolder> folder) {

    private static final String CONFIG = "config.json";
    private static final String OPTION = "vision-tower";

    /**
     * Looks for the tower.
     *
     * @param option {@link CheckpointOptions#visionTower}
     * @param contained whether the checkpoint has the tower's weights
     */
    static VisionTowerSource find(
            Path checkpoint, JsonObject config, String option, boolean contained) {
        if (!option.equals(CheckpointOptions.FROM_FOLDER)) {
            return read(chosen(option));
        }
        Path name = towerPath(config);
        Set<Path> places = places(checkpoint.toAbsolutePath().normalize(), name);
        Optional<Path> place =
                places.stream()
                        .filter(path -> Files.isRegularFile(path.resolve(CONFIG)))
                        .findFirst();
        if (place.isPresent()) {
            return read(new CheckpointFolder(place.get()));
        }
        return Optional.of(name.getFileName().toString())
                .filter(unused -> contained)
                .flatMap(KnownTower::named)
                .map(
                        tower ->
                                new VisionTowerSource(
                                        tower.config(), tower.processor(), Optional.empty()))
                .orElseThrow(() -> notFound(config, places, contained));
    }

    private static CheckpointFolder chosen(String option) {
        try {
            return new CheckpointFolder(Path.of(option));
        } catch (InvalidPathException e) {
            throw LlavaException.model(OPTION + " is '" + option + "': no path of a folder");
        }
    }

    private static Path towerPath(JsonObject config) {
        try {
            Path path = Path.of(OriginalLlavaFamily.towerName(config));
            if (path.getFileName() != null && !path.getFileName().toString().isBlank()) {
                return path;
            }
        } catch (InvalidPathException e) {
            // As little of a name as an empty one.
        }
        throw config.wrong("mm_vision_tower", "a name or the path of a folder");
    }

    private static Set<Path> places(Path checkpoint, Path name) {
        Set<Path> places = new LinkedHashSet<>();
        places.add(checkpoint.resolve(name).normalize());
        places.add(checkpoint.resolve("vision_tower"));
        places.add(checkpoint.resolve(name.getFileName()));
        places.add(checkpoint.resolveSibling(name.getFileName()));
        // Its config.json is that of the whole model.
        places.remove(checkpoint);
        return places;
    }

    private static VisionTowerSource read(CheckpointFolder folder) {
        String remedy =
                "Give the folder of a CLIP or SigLIP tower: config.json, preprocessor_config.json"
                        + " and, unless the checkpoint contains the tower's weights,"
                        + " model.safetensors";
        return new VisionTowerSource(
                VisionConfigReader.readTower(JsonObject.read(folder.require(CONFIG, remedy))),
                ImageProcessorReader.read(folder),
                Optional.of(folder));
    }

    private static LlavaException notFound(JsonObject config, Set<Path> places, boolean contained) {
        return LlavaException.model(
                config.file()
                        + ": mm_vision_tower is \""
                        + OriginalLlavaFamily.towerName(config)
                        + "\", and there is no such folder: looked for "
                        + places.stream()
                                .map(place -> place.resolve(CONFIG).toString())
                                .collect(Collectors.joining(", "))
                        + ". Download the vision tower's config.json, preprocessor_config.json"
                        + (contained ? "" : " and model.safetensors")
                        + " into one of these folders, or name its folder with the option "
                        + OPTION
                        + "; nothing is downloaded here");
    }
}
