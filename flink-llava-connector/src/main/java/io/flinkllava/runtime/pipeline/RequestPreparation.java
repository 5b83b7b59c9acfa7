package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.AnswerConstraint;
import io.flinkllava.runtime.CheckpointOptions.SeveralImages;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.RequestLimits;
import io.flinkllava.runtime.checkpoint.GenerationDefaults;
import io.flinkllava.runtime.constraint.ConstraintCompiler;
import io.flinkllava.runtime.engine.GenerationRequest;
import io.flinkllava.runtime.engine.Prompt;
import io.flinkllava.runtime.engine.TokenMask;
import io.flinkllava.runtime.image.ImageDecoder;
import io.flinkllava.runtime.image.RgbImage;
import io.flinkllava.runtime.image.VisualInput;
import io.flinkllava.runtime.image.VisualProcessor;
import io.flinkllava.runtime.text.EncodedPrompt;
import io.flinkllava.runtime.text.LlavaTokenizer;
import io.flinkllava.runtime.text.PromptEncoder;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A request becomes a prompt: everything that comes before the engine. Thread-safe. Owns the
 * tokenizer.
 */
final class RequestPreparation implements AutoCloseable {

    /** Any word: what stands behind it is tokenized as behind another. */
    private static final String WORD = "a";

    private final RequestLimits limits;
    private final SeveralImages severalImages;
    private final GenerationDefaults defaults;
    private final Set<Integer> eosTokenIds;
    private final ImageDecoder decoder;
    private final VisualProcessor processor;
    private final PromptEncoder prompts;
    private final LlavaTokenizer tokenizer;
    private final OptionalInt characterPart;
    private final ConstraintCompiler constraints;

    RequestPreparation(
            GenerationDefaults defaults,
            VisualProcessor processor,
            PromptEncoder prompts,
            LlavaTokenizer tokenizer,
            Path tokenizerJson,
            ModelOptions options) {
        this.limits = options.limits();
        this.severalImages = options.checkpoint().severalImages();
        this.defaults = defaults;
        this.decoder = new ImageDecoder(limits);
        this.processor = processor;
        this.prompts = prompts;
        this.tokenizer = tokenizer;
        this.characterPart = tokenizer.characterPart();
        this.eosTokenIds =
                Stream.of(defaults.eosTokenIds(), prompts.endOfTurn().tokenIds())
                        .flatMap(Set::stream)
                        .collect(Collectors.toUnmodifiableSet());
        this.constraints = new ConstraintCompiler(tokenizerJson, eosTokenIds);
    }

    /**
     * Prepares a request.
     *
     * @throws LlavaException INPUT if a picture, the dialogue or the constraint is unusable
     */
    AnswerPlan prepare(LlavaRequest request) {
        requireAtMost("pictures", request.images().size(), "max-images", limits.maxImages());
        requireAtMost("frames", request.video().size(), "max-frames", limits.maxFrames());
        if (!request.video().isEmpty()) {
            processor.requireVideos();
        }
        // The text first: it is cheap, and refuses what need not be decoded.
        EncodedPrompt encoded =
                prompts.encode(
                        request.messages(),
                        request.images().size(),
                        request.video().isEmpty() ? 0 : 1);
        GenerationParameters generation = request.generation();
        TokenMask mask = constraints.mask(generation.constraint());
        List<VisualInput> visuals = visuals(request, encoded.visuals());
        int[] tokenIds = encoded.expand(visuals.stream().map(VisualInput::tokens).toList());
        GenerationRequest prepared =
                new GenerationRequest(
                                Prompt.of(tokenIds, visuals, encoded::isVisual),
                                maxNewTokens(generation, defaults),
                                generation,
                                badWords(generation.rules().badWords()),
                                eosTokenIds,
                                StopStrings.of(tokenizer, stopStrings(generation)))
                        .withMask(mask);
        return generation.constraint() instanceof AnswerConstraint.Choice choice
                ? new ChoicePlan(prepared, choice.texts(), tokens(choice.texts(), tokenIds))
                : new CandidatesPlan(prepared, tokenizer, characterPart, prompts.endOfTurn());
    }

    private List<List<Integer>> tokens(List<String> choices, int[] prompt) {
        boolean behindWord = endsInWord(prompt);
        return choices.stream().map(choice -> tokens(choice, behindWord)).toList();
    }

    /** Whether the prompt ends like {@code ASSISTANT:}, and not with a line's end or a marker. */
    private boolean endsInWord(int[] prompt) {
        String end = tokenizer.decode(List.of(prompt[prompt.length - 1]));
        return !end.isEmpty() && !Character.isWhitespace(end.charAt(end.length() - 1));
    }

    /**
     * As an answer begins that was learnt: behind a word with a blank, which some tokenizers put
     * there by themselves.
     */
    private List<Integer> tokens(String choice, boolean behindWord) {
        List<Integer> ids = ids(choice);
        if (behindWord) {
            List<Integer> word = ids(WORD);
            List<Integer> both = ids(WORD + " " + choice);
            if (both.size() > word.size() && both.subList(0, word.size()).equals(word)) {
                ids = both.subList(word.size(), both.size());
            }
        }
        if (ids.isEmpty() || ids.stream().anyMatch(eosTokenIds::contains)) {
            throw LlavaException.input(
                    "The choice '"
                            + choice
                            + "' is nothing to this model, or contains what ends an answer: word it"
                            + " otherwise");
        }
        return ids;
    }

    private List<Integer> ids(String text) {
        return Arrays.stream(tokenizer.encode(text, false)).boxed().toList();
    }

    private static void requireAtMost(String what, int count, String limit, int most) {
        if (count > most) {
            throw LlavaException.input(
                    "The request has "
                            + count
                            + " "
                            + what
                            + ", more than "
                            + limit
                            + " allows ("
                            + most
                            + ")");
        }
    }

    private List<VisualInput> visuals(LlavaRequest request, List<EncodedPrompt.Visual> order) {
        boolean oneTile =
                request.images().size() > 1 && severalImages == SeveralImages.ONE_TILE_EACH;
        int images = 0;
        List<VisualInput> visuals = new ArrayList<>();
        for (EncodedPrompt.Visual visual : order) {
            switch (visual) {
                case IMAGE -> {
                    RgbImage image = decode("Picture", request.images(), images++);
                    visuals.add(oneTile ? processor.oneTile(image) : processor.image(image));
                }
                case VIDEO -> visuals.add(processor.video(frames(request.video())));
            }
        }
        return visuals;
    }

    private List<String> stopStrings(GenerationParameters generation) {
        return Stream.of(prompts.endOfTurn().stopStrings(), generation.rules().stopStrings())
                .flatMap(List::stream)
                .toList();
    }

    /** Decoded as they are asked for: all at once would take the memory of all. */
    private Stream<RgbImage> frames(List<byte[]> video) {
        return IntStream.range(0, video.size()).mapToObj(i -> decode("Frame", video, i));
    }

    /** Says which of several is broken: the caller has names for them, the decoder has none. */
    private RgbImage decode(String what, List<byte[]> all, int index) {
        try {
            return decoder.decode(all.get(index));
        } catch (LlavaException e) {
            if (all.size() == 1) {
                throw e;
            }
            String which = what + " " + (index + 1) + " of " + all.size() + ": ";
            throw new LlavaException(e.code(), which + e.getMessage(), e);
        }
    }

    /** A word at the start of a text and behind a space are different tokens. */
    private List<List<Integer>> badWords(List<String> words) {
        return words.stream()
                .flatMap(word -> Stream.of(word, " " + word))
                .map(text -> Arrays.stream(tokenizer.encode(text, false)).boxed().toList())
                .filter(ids -> !ids.isEmpty())
                .distinct()
                .toList();
    }

    /** Tokens of an answer at most. */
    static int maxNewTokens(GenerationParameters generation, GenerationDefaults defaults) {
        return generation.maxNewTokens() == GenerationParameters.CHECKPOINT_DEFAULT
                ? defaults.maxNewTokens().orElse(GenerationParameters.FALLBACK_MAX_NEW_TOKENS)
                : generation.maxNewTokens();
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
