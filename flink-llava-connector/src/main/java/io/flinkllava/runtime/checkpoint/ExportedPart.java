package io.flinkllava.runtime.checkpoint;

/** One of the three graphs of an export. */
enum ExportedPart {
    VISION_ENCODER("vision_encoder"),
    EMBED_TOKENS("embed_tokens"),
    DECODER("decoder_model_merged");

    private final String stem;

    ExportedPart(String stem) {
        this.stem = stem;
    }

    /** The file's name without variant and extension; also its key in {@code dtype}. */
    String stem() {
        return stem;
    }

    String fileName(ExportedVariant variant) {
        return stem + variant.suffix() + ".onnx";
    }
}
