package io.flinkllava.flink.options;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MemorySize;

import io.flinkllava.flink.model.ModelScope;
import io.flinkllava.flink.pictures.PictureAccess;
import io.flinkllava.runtime.BatchingOptions;
import io.flinkllava.runtime.CacheOptions;
import io.flinkllava.runtime.CheckpointOptions;
import io.flinkllava.runtime.CheckpointOptions.SeveralImages;
import io.flinkllava.runtime.ComputeOptions;
import io.flinkllava.runtime.ComputeOptions.NumberType;
import io.flinkllava.runtime.ComputeOptions.Quantization;
import io.flinkllava.runtime.CudaOptions;
import io.flinkllava.runtime.CudaOptions.ArenaGrowth;
import io.flinkllava.runtime.CudaOptions.ConvolutionSearch;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.RequestLimits;
import io.flinkllava.runtime.Sampling;
import io.flinkllava.runtime.TokenRules;
import io.flinkllava.runtime.pool.ModelPool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

import static org.apache.flink.configuration.ConfigOptions.key;

/**
 * The catalogue of options: which model, how it is opened, how it answers. What is new gets one
 * entry here.
 */
public final class LlavaOptions {

    /** The checkpoint folder; must be given. */
    public static final ConfigOption<String> MODEL =
            key("model")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("the checkpoint folder, as the TaskManagers see it");

    /** Who shares a loaded model, a {@link ModelScope}. */
    public static final ConfigOption<String> SCOPE =
            key("scope")
                    .stringType()
                    .defaultValue(Spelling.of(ModelScope.SLOT))
                    .withDescription(
                            "who shares a loaded model: the functions in a task slot (slot), or"
                                    + " all slots of a TaskManager that use the same device"
                                    + " (device), whose requests then meet in one batch");

    /** How long a model stays open after its last task, see {@link ModelScope}; not negative. */
    public static final ConfigOption<Duration> LINGER =
            key("linger")
                    .durationType()
                    .defaultValue(ModelPool.DEFAULT_LINGER)
                    .withDescription(
                            "how long a model stays loaded after its last task, so that a restart"
                                    + " finds it");

    /** How long a request may take, waiting included. */
    public static final ConfigOption<Duration> REQUEST_TIMEOUT =
            key("request-timeout")
                    .durationType()
                    .noDefaultValue()
                    .withDescription(
                            "how long a request may take before it fails alone, with the code"
                                    + " CAPACITY; asynchronous functions take 80 % of Flink's own"
                                    + " timeout unless given, others have no limit");

    /** How a model is opened. */
    public static final List<Setting<ModelOptions, ?>> OPENING =
            List.of(
                    new Setting<>(
                            text("device", "auto", "where it runs: auto, cpu or gpu:N"),
                            (options, text) -> options.withDevice(Device.parse(text))),
                    new Setting<>(
                            number(
                                    "threads",
                                    ModelOptions.DEFAULT.threads(),
                                    "cores used on the CPU, 0 for all; the first model of a"
                                            + " process decides"),
                            ModelOptions::withThreads),
                    compute(
                            text(
                                    "dtype",
                                    Spelling.of(ComputeOptions.DEFAULT.type()),
                                    "numbers of the computation: "
                                            + Spelling.all(NumberType.class)),
                            (compute, text) ->
                                    compute.withType(
                                            Spelling.parse("dtype", text, NumberType.class))),
                    compute(
                            text(
                                    "quantization",
                                    Spelling.of(ComputeOptions.DEFAULT.quantization()),
                                    "of the weights: " + Spelling.all(Quantization.class)),
                            (compute, text) ->
                                    compute.withQuantization(
                                            Spelling.parse(
                                                    "quantization", text, Quantization.class))),
                    compute(
                            text(
                                    "quantization-cache",
                                    ComputeOptions.NO_CACHE,
                                    "folder that keeps quantized weights for the next load"),
                            ComputeOptions::withCacheFolder),
                    batching(
                            number(
                                    "max-batch-size",
                                    BatchingOptions.DEFAULT.maxBatchSize(),
                                    "answers that are generated together"),
                            BatchingOptions::withMaxBatchSize),
                    batching(
                            number(
                                    "max-sequence-length",
                                    BatchingOptions.DEFAULT.maxSequenceLength(),
                                    "tokens of a prompt, pictures included, and its answer; 0 for "
                                            + BatchingOptions.DEFAULT_SEQUENCE_LENGTH
                                            + ", or more where one picture may need it, within the"
                                            + " model's context"),
                            BatchingOptions::withMaxSequenceLength),
                    batching(
                            number(
                                    "max-batch-tokens",
                                    BatchingOptions.DEFAULT.maxBatchTokens(),
                                    "prompt tokens that are taken in between two decode steps"),
                            BatchingOptions::withMaxBatchTokens),
                    batching(
                            time(
                                    "max-batch-delay",
                                    BatchingOptions.DEFAULT.maxBatchDelay(),
                                    "how long an idle model waits for company"),
                            BatchingOptions::withMaxBatchDelay),
                    batching(
                            real(
                                    "memory-fraction",
                                    BatchingOptions.NO_FRACTION,
                                    "of the memory that the device has left when the weights are"
                                            + " loaded: as many answers together as fit into it,"
                                            + " in place of max-batch-size; 0 for none"),
                            BatchingOptions::withMemoryFraction),
                    batching(
                            key("warm-up")
                                    .booleanType()
                                    .defaultValue(BatchingOptions.DEFAULT.warmUp())
                                    .withDescription(
                                            "whether a model answers a small question when it is"
                                                    + " opened, so that the first row does not pay"
                                                    + " for what is done on first use"),
                            BatchingOptions::withWarmUp),
                    cuda(
                            memory(
                                    "cuda-memory-limit",
                                    CudaOptions.NO_LIMIT,
                                    "device memory that the model may take, weights included; 0"
                                            + " for what is free"),
                            (cuda, size) -> cuda.withMemoryLimit(size.getBytes())),
                    cuda(
                            text(
                                    "cuda-arena",
                                    Spelling.of(CudaOptions.DEFAULT.arena()),
                                    "how ONNX Runtime takes memory from a GPU: "
                                            + Spelling.all(ArenaGrowth.class)),
                            (cuda, text) ->
                                    cuda.withArena(
                                            Spelling.parse("cuda-arena", text, ArenaGrowth.class))),
                    cuda(
                            text(
                                    "cuda-convolutions",
                                    Spelling.of(CudaOptions.DEFAULT.convolutions()),
                                    "how cuDNN finds its algorithm: "
                                            + Spelling.all(ConvolutionSearch.class)),
                            (cuda, text) ->
                                    cuda.withConvolutions(
                                            Spelling.parse(
                                                    "cuda-convolutions",
                                                    text,
                                                    ConvolutionSearch.class))),
                    caches(
                            memory(
                                    "vision-cache",
                                    CacheOptions.DEFAULT.visionBytes(),
                                    "device memory for the features of pictures that were seen"),
                            (caches, size) -> caches.withVisionBytes(size.getBytes())),
                    caches(
                            key("warm-prefixes")
                                    .booleanType()
                                    .defaultValue(CacheOptions.DEFAULT.warmPrefixes())
                                    .withDescription(
                                            "whether a request goes on from an earlier one that"
                                                    + " began alike"),
                            CacheOptions::withWarmPrefixes),
                    limits(
                            memory(
                                    "max-image-bytes",
                                    RequestLimits.DEFAULT.maxImageBytes(),
                                    "encoded size of a picture"),
                            (limits, size) ->
                                    limits.withMaxImageBytes(
                                            (int) Math.min(size.getBytes(), Integer.MAX_VALUE))),
                    limits(
                            key("max-image-pixels")
                                    .longType()
                                    .defaultValue(RequestLimits.DEFAULT.maxImagePixels())
                                    .withDescription("width times height of a picture"),
                            RequestLimits::withMaxImagePixels),
                    limits(
                            number(
                                    "max-image-side",
                                    RequestLimits.DEFAULT.maxImageSide(),
                                    "pixels of a picture's longer side"),
                            RequestLimits::withMaxImageSide),
                    limits(
                            number(
                                    "max-images",
                                    RequestLimits.DEFAULT.maxImages(),
                                    "pictures of a request"),
                            RequestLimits::withMaxImages),
                    limits(
                            number(
                                    "max-frames",
                                    RequestLimits.DEFAULT.maxFrames(),
                                    "frames of a request's video"),
                            RequestLimits::withMaxFrames),
                    limits(
                            number(
                                    "max-queued-requests",
                                    RequestLimits.DEFAULT.maxQueuedRequests(),
                                    "requests that may wait for a place in the batch"),
                            RequestLimits::withMaxQueuedRequests),
                    checkpoint(
                            text(
                                    "vision-tower",
                                    CheckpointOptions.FROM_FOLDER,
                                    "folder of the vision tower, for a checkpoint of the original"
                                            + " LLaVA code that does not hold its own"),
                            CheckpointOptions::withVisionTower),
                    checkpoint(
                            text(
                                    "conversation",
                                    CheckpointOptions.FROM_FOLDER,
                                    "conversation style of the original LLaVA code, such as v1, in"
                                            + " place of what the folder says"),
                            CheckpointOptions::withConversation),
                    checkpoint(
                            text(
                                    "onnx-variant",
                                    CheckpointOptions.FROM_FOLDER,
                                    "runs exported ONNX graphs of this suffix, such as fp16 or q4,"
                                            + " also where there are weights"),
                            CheckpointOptions::withOnnxVariant),
                    checkpoint(
                            text(
                                    "several-pictures",
                                    Spelling.of(CheckpointOptions.DEFAULT.severalImages()),
                                    "how LLaVA-OneVision sees several pictures of one request: "
                                            + Spelling.all(SeveralImages.class)),
                            (checkpoint, text) ->
                                    checkpoint.withSeveralImages(
                                            Spelling.parse(
                                                    "several-pictures",
                                                    text,
                                                    SeveralImages.class))));

    /** How a model answers. */
    public static final List<Setting<GenerationParameters, ?>> ANSWERING =
            List.of(
                    new Setting<>(
                            number(
                                    "max-new-tokens",
                                    GenerationParameters.CHECKPOINT_DEFAULT,
                                    "tokens of an answer at most; 0 for what the checkpoint's"
                                            + " generation_config.json says, or "
                                            + GenerationParameters.FALLBACK_MAX_NEW_TOKENS),
                            GenerationParameters::withMaxNewTokens),
                    new Setting<>(
                            number("min-new-tokens", 0, "tokens of an answer at least"),
                            GenerationParameters::withMinNewTokens),
                    sampling(
                            real(
                                    "temperature",
                                    Sampling.GREEDY.temperature(),
                                    "what scores are divided by before a token is drawn; 0 takes"
                                            + " the best always"),
                            (draw, value) ->
                                    new Sampling(
                                            value,
                                            draw.topK(),
                                            draw.topP(),
                                            draw.minP(),
                                            draw.seed())),
                    sampling(
                            number(
                                    "top-k",
                                    Sampling.GREEDY.topK(),
                                    "draws from so many of the best tokens; 0 for all"),
                            Sampling::withTopK),
                    sampling(
                            real(
                                    "top-p",
                                    Sampling.GREEDY.topP(),
                                    "draws from the best tokens that have this probability"
                                            + " together"),
                            Sampling::withTopP),
                    sampling(
                            real(
                                    "min-p",
                                    Sampling.GREEDY.minP(),
                                    "draws from tokens at least this fraction as likely as the"
                                            + " best"),
                            Sampling::withMinP),
                    sampling(
                            key("seed")
                                    .longType()
                                    .defaultValue(Sampling.GREEDY.seed())
                                    .withDescription(
                                            "of the draws; equal requests with equal seeds get"
                                                    + " equal answers"),
                            (draw, value) ->
                                    new Sampling(
                                            draw.temperature(),
                                            draw.topK(),
                                            draw.topP(),
                                            draw.minP(),
                                            value)),
                    rules(
                            real(
                                    "repetition-penalty",
                                    TokenRules.NONE.repetitionPenalty(),
                                    "makes tokens that occurred less likely by this factor"),
                            TokenRules::withRepetitionPenalty),
                    rules(
                            number(
                                    "no-repeat-ngram",
                                    TokenRules.NONE.noRepeatNgram(),
                                    "so many tokens in a row never occur twice; 0 for no such"
                                            + " rule"),
                            TokenRules::withNoRepeatNgram),
                    rules(
                            texts("bad-words", "texts that an answer never contains"),
                            TokenRules::withBadWords),
                    rules(
                            texts("stop", "texts that end an answer, and stay part of it"),
                            TokenRules::withStopStrings));

    /** Which pictures may be read by path or URI. */
    public static final List<Setting<PictureAccess, ?>> READING =
            List.of(
                    new Setting<>(
                            texts(
                                    "allowed-prefixes",
                                    "folders of Flink's file systems whose pictures may be read by"
                                            + " path, such as /data/photos or s3://bucket/photos"),
                            PictureAccess::withPrefixes),
                    new Setting<>(
                            texts(
                                    "allowed-hosts",
                                    "hosts whose pictures may be read by URI, such as"
                                            + " img.example.org or *.example.org"),
                            PictureAccess::withHosts),
                    new Setting<>(
                            texts(
                                    "allowed-private-hosts",
                                    "the same for hosts inside your network"),
                            PictureAccess::withPrivateHosts),
                    new Setting<>(
                            time(
                                    "picture-connect-timeout",
                                    PictureAccess.NONE.connectLimit(),
                                    "how long a connection for a picture may take to be made"),
                            PictureAccess::withConnectLimit),
                    new Setting<>(
                            time(
                                    "picture-read-timeout",
                                    PictureAccess.NONE.readLimit(),
                                    "how long the reading of a picture may take altogether"),
                            PictureAccess::withReadLimit));

    private LlavaOptions() {}

    /** Every option there is. */
    public static List<ConfigOption<?>> all() {
        List<ConfigOption<?>> options =
                new ArrayList<>(List.of(MODEL, SCOPE, LINGER, REQUEST_TIMEOUT));
        OPENING.forEach(setting -> options.add(setting.option()));
        ANSWERING.forEach(setting -> options.add(setting.option()));
        READING.forEach(setting -> options.add(setting.option()));
        return List.copyOf(options);
    }

    private static Setting<ModelOptions, String> compute(
            ConfigOption<String> option,
            BiFunction<ComputeOptions, String, ComputeOptions> change) {
        return Setting.of(option, ModelOptions::compute, change, ModelOptions::withCompute);
    }

    private static <T> Setting<ModelOptions, T> batching(
            ConfigOption<T> option, BiFunction<BatchingOptions, T, BatchingOptions> change) {
        return Setting.of(option, ModelOptions::batching, change, ModelOptions::withBatching);
    }

    private static <T> Setting<ModelOptions, T> cuda(
            ConfigOption<T> option, BiFunction<CudaOptions, T, CudaOptions> change) {
        return Setting.of(option, ModelOptions::cuda, change, ModelOptions::withCuda);
    }

    private static <T> Setting<ModelOptions, T> caches(
            ConfigOption<T> option, BiFunction<CacheOptions, T, CacheOptions> change) {
        return Setting.of(option, ModelOptions::caches, change, ModelOptions::withCaches);
    }

    private static <T> Setting<ModelOptions, T> limits(
            ConfigOption<T> option, BiFunction<RequestLimits, T, RequestLimits> change) {
        return Setting.of(option, ModelOptions::limits, change, ModelOptions::withLimits);
    }

    private static Setting<ModelOptions, String> checkpoint(
            ConfigOption<String> option,
            BiFunction<CheckpointOptions, String, CheckpointOptions> change) {
        return Setting.of(option, ModelOptions::checkpoint, change, ModelOptions::withCheckpoint);
    }

    private static <T> Setting<GenerationParameters, T> sampling(
            ConfigOption<T> option, BiFunction<Sampling, T, Sampling> change) {
        return Setting.of(
                option, GenerationParameters::sampling, change, GenerationParameters::withSampling);
    }

    private static <T> Setting<GenerationParameters, T> rules(
            ConfigOption<T> option, BiFunction<TokenRules, T, TokenRules> change) {
        return Setting.of(
                option, GenerationParameters::rules, change, GenerationParameters::withRules);
    }

    private static ConfigOption<String> text(String key, String otherwise, String description) {
        return key(key).stringType().defaultValue(otherwise).withDescription(description);
    }

    private static ConfigOption<Integer> number(String key, int otherwise, String description) {
        return key(key).intType().defaultValue(otherwise).withDescription(description);
    }

    private static ConfigOption<Double> real(String key, double otherwise, String description) {
        return key(key).doubleType().defaultValue(otherwise).withDescription(description);
    }

    private static ConfigOption<Duration> time(String key, Duration otherwise, String description) {
        return key(key).durationType().defaultValue(otherwise).withDescription(description);
    }

    private static ConfigOption<MemorySize> memory(String key, long bytes, String description) {
        return key(key).memoryType()
                .defaultValue(new MemorySize(bytes))
                .withDescription(description);
    }

    private static ConfigOption<List<String>> texts(String key, String description) {
        return key(key).stringType().asList().defaultValues().withDescription(description);
    }
}
