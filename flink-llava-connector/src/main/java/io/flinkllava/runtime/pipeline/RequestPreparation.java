package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.RequestLimits;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.GenerationDefaults;
import io.flinkllava.runtime.engine.GenerationRequest;
import io.flinkllava.runtime.engine.Prompt;
import io.flinkllava.runtime.graph.VisionGraph;
import io.flinkllava.runtime.image.ImageDecoder;
import io.flinkllava.runtime.image.ImageProcessor;
import io.flinkllava.runtime.image.PixelValues;
import io.flinkllava.runtime.text.PromptEncoder;

import java.util.Collections;
import java.util.List;

/** A request becomes a prompt: everything that comes before the engine. Thread-safe. */
final class RequestPreparation {

    private final RequestLimits limits;
    private final GenerationDefaults defaults;
    private final int imageSide;
    private final int imageTokens;
    private final ImageDecoder decoder;
    private final ImageProcessor processor;
    private final PromptEncoder prompts;

    RequestPreparation(Checkpoint checkpoint, PromptEncoder prompts, RequestLimits limits) {
        this.limits = limits;
        this.defaults = checkpoint.generation();
        this.imageSide = checkpoint.config().vision().imageSize();
        this.imageTokens = VisionGraph.tokens(checkpoint.config());
        this.decoder = new ImageDecoder(limits);
        this.processor = new ImageProcessor(checkpoint.imageProcessor());
        this.prompts = prompts;
    }

    /**
     * Prepares a request.
     *
     * @throws LlavaException INPUT if a picture or the dialogue is unusable
     */
    GenerationRequest prepare(LlavaRequest request) {
        int count = request.images().size();
        if (count > limits.maxImages()) {
            throw LlavaException.input(
                    "The request has "
                            + count
                            + " pictures, more than max-images allows ("
                            + limits.maxImages()
                            + ")");
        }
        // The text first: it is cheap, and refuses what need not be decoded.
        int[] tokenIds =
                prompts.encode(request.messages(), Collections.nCopies(count, imageTokens));
        List<PixelValues> images = request.images().stream().map(this::pixels).toList();
        GenerationParameters generation = request.generation();
        return new GenerationRequest(
                new Prompt(tokenIds, images),
                maxNewTokens(generation),
                generation.minNewTokens(),
                defaults.eosTokenIds());
    }

    private PixelValues pixels(byte[] encoded) {
        PixelValues pixels = processor.process(decoder.decode(encoded));
        if (pixels.height() != imageSide || pixels.width() != imageSide) {
            throw LlavaException.model(
                    "The folder's image processor makes pictures of "
                            + pixels.width()
                            + " x "
                            + pixels.height()
                            + " pixels, but the vision tower takes "
                            + imageSide
                            + " x "
                            + imageSide
                            + ": check size and crop_size in its processor file");
        }
        return pixels;
    }

    private int maxNewTokens(GenerationParameters generation) {
        return generation.maxNewTokens() == GenerationParameters.CHECKPOINT_DEFAULT
                ? defaults.maxNewTokens().orElse(GenerationParameters.FALLBACK_MAX_NEW_TOKENS)
                : generation.maxNewTokens();
    }
}
