package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.engine.Prompt;
import io.flinkllava.runtime.onnx.DecoderView.ImageInput;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The pictures of a prompt while it is prefilled, part after part: a picture is encoded when the
 * first part sees it, and its vectors live until the part that sees its end.
 */
final class PromptFeatures implements AutoCloseable {

    private final VisualEncoder encoder;
    private final Prompt prompt;
    private final Map<Integer, DeviceVectors> open = new HashMap<>();

    PromptFeatures(VisualEncoder encoder, Prompt prompt) {
        this.encoder = encoder;
        this.prompt = prompt;
    }

    /** What a part of the prompt sees, {@code [from, to)}; the caller closes it. */
    Part part(int from, int to) {
        List<Integer> seen =
                IntStream.range(0, prompt.visuals().size())
                        .filter(visual -> prompt.start(visual) < to && end(visual) > from)
                        .boxed()
                        .toList();
        if (seen.isEmpty()) {
            return Part.NOTHING;
        }
        List<DeviceVectors> vectors = new ArrayList<>();
        for (int visual : seen) {
            vectors.add(
                    open.computeIfAbsent(
                            visual, index -> encoder.encode(prompt.visuals().get(index))));
        }
        DeviceVectors joined = encoder.join(vectors);
        for (int visual : seen) {
            if (end(visual) <= to) {
                open.remove(visual).close();
            }
        }
        int[] positions =
                seen.stream()
                        .flatMapToInt(
                                visual ->
                                        IntStream.range(
                                                Math.max(from, prompt.start(visual)),
                                                Math.min(to, end(visual))))
                        .map(position -> position - from)
                        .toArray();
        return new Part(joined, Math.max(0, from - prompt.start(seen.get(0))), positions);
    }

    private int end(int visual) {
        return prompt.start(visual) + prompt.visuals().get(visual).tokens();
    }

    @Override
    public void close() {
        open.values().forEach(DeviceVectors::close);
        open.clear();
    }

    /**
     * The vectors for some positions.
     *
     * @param vectors null for none
     * @param first which of the vectors comes first
     * @param positions counted from the start of the part
     */
    record Part(DeviceVectors vectors, int first, int[] positions) implements AutoCloseable {

        private static final Part NOTHING = new Part(null, 0, new int[0]);

        /** As a step takes it; the caller closes the tensor, unless it is {@code nothing}. */
        ImageInput input(TensorView nothing) {
            return new ImageInput(
                    vectors == null ? nothing : vectors.tensor(first, positions.length), positions);
        }

        @Override
        public void close() {
            if (vectors != null) {
                vectors.close();
            }
        }
    }
}
