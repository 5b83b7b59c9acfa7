package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.TextConfig;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an exported decoder takes and gives: exporters of different years differ in the optional
 * inputs and the element types.
 *
 * @param inputsEmbeds {@code [batch, sequence, hidden]}
 * @param attentionMask {@code [batch, past + sequence]}
 * @param positionIds {@code [batch, sequence]}; absent where the graph counts by itself
 * @param useCacheBranch of the merged decoders that hold one graph for the prompt and one for the
 *     rest
 * @param logitsToKeep how many positions are scored, from the end
 * @param caches keys and values of the layers, by layer
 * @param logits {@code [batch, sequence or 1, vocabulary]}
 */
record DecoderSignature(
        TensorSignature inputsEmbeds,
        Optional<TensorSignature> attentionMask,
        Optional<TensorSignature> positionIds,
        Optional<TensorSignature> useCacheBranch,
        Optional<TensorSignature> logitsToKeep,
        List<Cache> caches,
        TensorSignature logits) {

    private static final String PAST = "past_key_values.";
    private static final String PRESENT = "present.";
    private static final List<String> HALVES = List.of(".key", ".value");
    private static final List<String> LOGITS_TO_KEEP =
            List.of("num_logits_to_keep", "logits_to_keep");

    /** The keys or the values of one layer, {@code [batch, kvHeads, positions, headDim]}. */
    record Cache(TensorSignature past, TensorSignature present, int kvHeads, int headDim) {}

    static DecoderSignature read(ExportedSession decoder, TextConfig text) {
        Map<String, TensorSignature> inputs = decoder.inputs();
        List<Cache> caches = caches(decoder, text);
        DecoderSignature signature =
                new DecoderSignature(
                        required(decoder, inputs, "inputs_embeds")
                                .requireFloats(3)
                                .requireSize(2, text.hiddenSize(), "text_config.hidden_size"),
                        optional(inputs, "attention_mask").map(s -> s.requireIntegers(2)),
                        optional(inputs, "position_ids").map(s -> s.requireIntegers(2)),
                        optional(inputs, "use_cache_branch").map(TensorSignature::requireFlag),
                        LOGITS_TO_KEEP.stream()
                                .flatMap(name -> optional(inputs, name).stream())
                                .findFirst()
                                .map(s -> s.requireIntegers(0, 1)),
                        caches,
                        required(decoder, decoder.outputs(), "logits").requireFloats(2, 3));
        signature.requireNothingElse(decoder);
        return signature;
    }

    private static Optional<TensorSignature> optional(
            Map<String, TensorSignature> inputs, String name) {
        return Optional.ofNullable(inputs.get(name));
    }

    private static TensorSignature required(
            ExportedSession decoder, Map<String, TensorSignature> all, String name) {
        return optional(all, name)
                .orElseThrow(
                        () ->
                                LlavaException.model(
                                        decoder.file()
                                                + ": no '"
                                                + name
                                                + "' among "
                                                + all.keySet()
                                                + ". Export the model again in the layout of"
                                                + " transformers.js"));
    }

    private static List<Cache> caches(ExportedSession decoder, TextConfig text) {
        long layers =
                decoder.inputs().keySet().stream()
                        .filter(name -> name.startsWith(PAST) && name.endsWith(HALVES.get(0)))
                        .count();
        if (layers != text.layers()) {
            throw LlavaException.model(
                    decoder.file()
                            + ": has keys of "
                            + layers
                            + " layers, text_config.num_hidden_layers of config.json is "
                            + text.layers()
                            + ". The two are of different models, or the export was made without a"
                            + " cache");
        }
        List<Cache> caches = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            for (String half : HALVES) {
                TensorSignature past =
                        required(decoder, decoder.inputs(), PAST + layer + half).requireFloats(4);
                TensorSignature present =
                        required(decoder, decoder.outputs(), PRESENT + layer + half)
                                .requireFloats(4);
                if (!present.type().equals(past.type())) {
                    throw present.wrong(past.elements() + " as '" + past.name() + "'");
                }
                caches.add(
                        new Cache(
                                past,
                                present,
                                size(past, 1, text.kvHeads()),
                                size(past, 3, text.headDim())));
            }
        }
        return caches;
    }

    private static int size(TensorSignature tensor, int axis, int configured) {
        long size = tensor.shape().get(axis);
        return size == TensorSignature.DYNAMIC ? configured : Math.toIntExact(size);
    }

    /** Whether the graph leaves open how many rows it sees. */
    boolean takesBatches() {
        return inputsEmbeds.shape().get(0) == TensorSignature.DYNAMIC
                && caches.stream()
                        .allMatch(c -> c.past().shape().get(0) == TensorSignature.DYNAMIC);
    }

    /** Whether rows of different lengths can be told apart. */
    boolean takesPadding() {
        return attentionMask.isPresent() && positionIds.isPresent();
    }

    /** An input that is not fed would fail every run, with a message that helps nobody. */
    private void requireNothingElse(ExportedSession decoder) {
        Set<String> unknown = new TreeSet<>(decoder.inputs().keySet());
        unknown.remove(inputsEmbeds.name());
        for (Optional<TensorSignature> input :
                List.of(attentionMask, positionIds, useCacheBranch, logitsToKeep)) {
            input.map(TensorSignature::name).ifPresent(unknown::remove);
        }
        caches.forEach(cache -> unknown.remove(cache.past().name()));
        if (!unknown.isEmpty()) {
            throw LlavaException.model(
                    decoder.file()
                            + ": takes "
                            + unknown
                            + ", of which nothing is known. Known are inputs_embeds,"
                            + " attention_mask, position_ids, use_cache_branch, num_logits_to_keep"
                            + " and past_key_values.N.key and .value: export the model again with"
                            + " these");
        }
    }
}
