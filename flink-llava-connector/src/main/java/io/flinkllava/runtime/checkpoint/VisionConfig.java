package io.flinkllava.runtime.checkpoint;

/**
 * The vision tower, from {@code vision_config}.
 *
 * @param modelType {@code clip_vision_model}
 * @param imageSize side of the square input in pixels
 * @param patchSize side of a patch in pixels; a tower sees {@code (imageSize / patchSize)^2}
 *     patches
 * @param hiddenAct activation of the MLP, as Hugging Face names it
 */
public record VisionConfig(
        String modelType,
        int hiddenSize,
        int intermediateSize,
        int layers,
        int heads,
        int imageSize,
        int patchSize,
        int channels,
        String hiddenAct,
        float layerNormEps) {

    public int headDim() {
        return hiddenSize / heads;
    }

    public int patchesPerSide() {
        return imageSize / patchSize;
    }

    public int patches() {
        return patchesPerSide() * patchesPerSide();
    }
}
