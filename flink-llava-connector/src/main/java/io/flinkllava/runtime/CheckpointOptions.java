package io.flinkllava.runtime;

import java.io.Serializable;
import java.util.Objects;

/**
 * How a checkpoint folder is read where it leaves a choice. Most folders leave none.
 *
 * @param visionTower folder of the vision tower, for checkpoints in the layout of the original
 *     LLaVA code, which name a tower that they may not contain; {@link #FROM_FOLDER} to look inside
 *     and beside the checkpoint. Weights of a tower that the checkpoint contains are taken from it
 *     either way.
 * @param conversation conversation style of the original LLaVA code, such as {@code v1} or {@code
 *     mistral_instruct}, in place of what the folder says; {@link #FROM_FOLDER} for a Hugging Face
 *     folder's chat template, or, without one and in the layout of the original code, which never
 *     asks for it, for a guess by model type, folder name and base model
 * @param onnxVariant asks for exported ONNX graphs below {@code onnx/}, even beside weights, and
 *     for one of their variants: {@code fp32}, {@code fp16}, {@code q8}, {@code int8}, {@code
 *     uint8}, {@code q4}, {@code q4f16} or {@code bnb4}, by the suffix of the file names; {@link
 *     #FROM_FOLDER} for weights where there are any, else for the variant that {@code config.json}
 *     names ({@code transformers.js_config}), else for the most exact one
 * @param severalImages how several pictures of one request are cut
 */
public record CheckpointOptions(
        String visionTower, String conversation, String onnxVariant, SeveralImages severalImages)
        implements Serializable {

    public static final String FROM_FOLDER = "";

    public static final CheckpointOptions DEFAULT =
            new CheckpointOptions(FROM_FOLDER, FROM_FOLDER, FROM_FOLDER, SeveralImages.TILED);

    /** How LLaVA-OneVision sees several pictures of one request; no other family has a choice. */
    public enum SeveralImages {
        /**
         * Each as if it were alone: full resolution. What the processor of transformers does with a
         * flat list of pictures.
         */
        TILED,
        /**
         * Each as one padded tile, at a fraction of the tokens, as the model was trained on several
         * pictures. What the processor of transformers does with a nested list.
         */
        ONE_TILE_EACH
    }

    public CheckpointOptions {
        Objects.requireNonNull(visionTower, "visionTower");
        Objects.requireNonNull(conversation, "conversation");
        Objects.requireNonNull(onnxVariant, "onnxVariant");
        Objects.requireNonNull(severalImages, "severalImages");
    }

    public CheckpointOptions withVisionTower(String value) {
        return new CheckpointOptions(value, conversation, onnxVariant, severalImages);
    }

    public CheckpointOptions withConversation(String value) {
        return new CheckpointOptions(visionTower, value, onnxVariant, severalImages);
    }

    public CheckpointOptions withOnnxVariant(String value) {
        return new CheckpointOptions(visionTower, conversation, value, severalImages);
    }

    public CheckpointOptions withSeveralImages(SeveralImages value) {
        return new CheckpointOptions(visionTower, conversation, onnxVariant, value);
    }
}
