package io.flinkllava.runtime.checkpoint;

/**
 * The vision tower, from {@code vision_config}.
 *
 * @param imageSize side of the square input in pixels
 * @param patchSize side of a patch in pixels; a tower sees {@code (imageSize / patchSize)^2}
 *     patches
 * @param hiddenAct activation of the MLP, as Hugging Face names it
 */
public record VisionConfig(
        Architecture architecture,
        int hiddenSize,
        int intermediateSize,
        int layers,
        int heads,
        int imageSize,
        int patchSize,
        int channels,
        String hiddenAct,
        float layerNormEps) {

    /** {@code model_type} of the tower. */
    public enum Architecture {
        /** {@code CLIPVisionModel}: a class token in front of the patches, a norm behind it. */
        CLIP("clip_vision_model", 1),
        /** {@code SiglipVisionModel}: patches only. */
        SIGLIP("siglip_vision_model", 0);

        private final String modelType;
        private final int classTokens;

        Architecture(String modelType, int classTokens) {
            this.modelType = modelType;
            this.classTokens = classTokens;
        }

        public String modelType() {
            return modelType;
        }
    }

    public int headDim() {
        return hiddenSize / heads;
    }

    public int patchesPerSide() {
        return imageSize / patchSize;
    }

    public int patches() {
        return patchesPerSide() * patchesPerSide();
    }

    /** Length of a hidden state: the patches, behind a class token if the tower has one. */
    public int positions() {
        return patches() + architecture.classTokens;
    }
}
