package io.flinkllava.runtime.checkpoint;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A model that was exported to three ONNX graphs, as transformers.js reads it: {@code
 * onnx/vision_encoder.onnx} (tower and projector), {@code onnx/embed_tokens.onnx} and {@code
 * onnx/decoder_model_merged.onnx}, each with its external data beside it. What they take and give
 * is for their sessions to say.
 *
 * @param imageNewline {@code [hidden]}, which none of the graphs uses; present where the model's
 *     pictures or videos need it
 */
public record ExportedGraphs(
        Path visionEncoder, Path embedTokens, Path decoder, Optional<List<Float>> imageNewline)
        implements ModelSource {

    public ExportedGraphs {
        imageNewline = imageNewline.map(List::copyOf);
    }
}
