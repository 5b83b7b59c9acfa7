package io.flinkllava.flink.options;

import org.apache.flink.configuration.ConfigOption;

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
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.RequestLimits;
import io.flinkllava.runtime.Sampling;
import io.flinkllava.runtime.TokenRules;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LlavaSettingsTest {

    /** Every option once, none at its default. */
    private static final Map<String, String> ALL =
            Map.ofEntries(
                    Map.entry("model", "/models/m"),
                    Map.entry("scope", "device"),
                    Map.entry("request-timeout", "90 s"),
                    Map.entry("device", "gpu:1"),
                    Map.entry("threads", "3"),
                    Map.entry("dtype", "bfloat16"),
                    Map.entry("quantization", "Rowwise-8bit"),
                    Map.entry("quantization-cache", "/cache"),
                    Map.entry("max-batch-size", "16"),
                    Map.entry("max-sequence-length", "1024"),
                    Map.entry("max-batch-tokens", "512"),
                    Map.entry("max-batch-delay", "5 ms"),
                    Map.entry("memory-fraction", "0.5"),
                    Map.entry("linger", "3 s"),
                    Map.entry("cuda-memory-limit", "8 gb"),
                    Map.entry("cuda-arena", "power-of-two"),
                    Map.entry("cuda-convolutions", "exhaustive"),
                    Map.entry("vision-cache", "1 mb"),
                    Map.entry("warm-prefixes", "false"),
                    Map.entry("warm-up", "false"),
                    Map.entry("max-image-bytes", "2 mb"),
                    Map.entry("max-image-pixels", "1000000"),
                    Map.entry("max-image-side", "2000"),
                    Map.entry("max-images", "4"),
                    Map.entry("max-frames", "9"),
                    Map.entry("max-queued-requests", "77"),
                    Map.entry("vision-tower", "/towers/clip"),
                    Map.entry("conversation", "v1"),
                    Map.entry("onnx-variant", "q4"),
                    Map.entry("several-pictures", "one-tile-each"),
                    Map.entry("max-new-tokens", "48"),
                    Map.entry("min-new-tokens", "2"),
                    Map.entry("temperature", "0.5"),
                    Map.entry("top-k", "40"),
                    Map.entry("top-p", "0.9"),
                    Map.entry("min-p", "0.1"),
                    Map.entry("seed", "7"),
                    Map.entry("repetition-penalty", "1.2"),
                    Map.entry("no-repeat-ngram", "3"),
                    Map.entry("bad-words", "foo;bar"),
                    Map.entry("stop", "END;'a;b'"),
                    Map.entry("allowed-prefixes", "/data/a;s3://bucket/b"),
                    Map.entry("allowed-hosts", "*.example.org"),
                    Map.entry("allowed-private-hosts", "pictures:8080"),
                    Map.entry("picture-connect-timeout", "1 s"),
                    Map.entry("picture-read-timeout", "2 s"));

    @Test
    void everyOptionReachesItsPlace() {
        LlavaSettings settings = LlavaSettings.read("here", ALL);
        assertThat(settings.model().folder()).isEqualTo("/models/m");
        assertThat(settings.model().scope()).isEqualTo(ModelScope.DEVICE);
        assertThat(settings.requestTimeout()).isEqualTo(Duration.ofSeconds(90));
        assertThat(settings.model().options())
                .isEqualTo(
                        new ModelOptions(
                                Device.gpu(1),
                                3,
                                new BatchingOptions(
                                        16, 1024, 512, Duration.ofMillis(5), 0.5, false),
                                ComputeOptions.DEFAULT
                                        .withType(NumberType.BFLOAT16)
                                        .withQuantization(Quantization.ROWWISE_8BIT)
                                        .withCacheFolder("/cache"),
                                new CacheOptions(1 << 20, false),
                                new RequestLimits(2 << 20, 1_000_000, 2000, 4, 9, 77),
                                new CheckpointOptions(
                                        "/towers/clip", "v1", "q4", SeveralImages.ONE_TILE_EACH),
                                new CudaOptions(
                                        8L << 30,
                                        CudaOptions.ArenaGrowth.POWER_OF_TWO,
                                        CudaOptions.ConvolutionSearch.EXHAUSTIVE)));
        assertThat(settings.model().linger()).isEqualTo(Duration.ofSeconds(3));
        assertThat(settings.generation())
                .isEqualTo(
                        new GenerationParameters(
                                48,
                                2,
                                new Sampling(0.5, 40, 0.9, 0.1, 7),
                                new TokenRules(
                                        1.2, 3, List.of("foo", "bar"), List.of("END", "a;b"))));
    }

    @Test
    void picturesAreReadWhereTheyMayBe() {
        assertThat(LlavaSettings.read("here", ALL).pictures())
                .isEqualTo(
                        new PictureAccess(
                                List.of("/data/a", "s3://bucket/b"),
                                List.of("*.example.org"),
                                List.of("pictures:8080"),
                                2 << 20,
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(2)));
    }

    @Test
    void theCatalogueHoldsNothingElse() {
        assertThat(LlavaOptions.all())
                .extracting(ConfigOption::key)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(ALL.keySet());
    }

    @Test
    void theFolderAloneIsEnough() {
        LlavaSettings settings = LlavaSettings.read("here", Map.of("model", "/models/m"));
        assertThat(settings.model().options()).isEqualTo(ModelOptions.DEFAULT);
        assertThat(settings.model().scope()).isEqualTo(ModelScope.SLOT);
        assertThat(settings.generation()).isEqualTo(GenerationParameters.DEFAULT);
        assertThat(settings.requestTimeout()).isEqualTo(LlavaRequest.NO_LIMIT);
        assertThat(settings.hasRequestTimeout()).isFalse();
    }

    /** What the catalogue says is the default is what happens without the option. */
    @Test
    void defaultsAreThoseOfTheRuntime() {
        Map<String, String> spelledOut = new HashMap<>(Map.of("model", "/models/m"));
        LlavaOptions.all().stream()
                .filter(ConfigOption::hasDefaultValue)
                .filter(option -> !(option.defaultValue() instanceof List<?>))
                .forEach(option -> spelledOut.put(option.key(), written(option.defaultValue())));
        assertThat(LlavaSettings.read("here", spelledOut))
                .isEqualTo(LlavaSettings.read("here", Map.of("model", "/models/m")));
    }

    private static String written(Object value) {
        return value instanceof Duration time ? time.toMillis() + " ms" : value.toString();
    }

    @Test
    void picturesFitIntoAnArray() {
        assertThatThrownBy(
                        () ->
                                LlavaSettings.read(
                                        "Model m",
                                        Map.of(
                                                "model", "/models/m",
                                                "max-image-bytes", "2 gb",
                                                "top-p", "7")))
                .hasMessageStartingWith("Model m: ")
                .hasMessageContaining("max-image-bytes must be at most 2147483638")
                .hasMessageContaining("top-p is 7");
    }

    @Test
    void everythingThatIsWrongIsNamedAtOnce() {
        Map<String, String> wrong =
                Map.of(
                        "device", "tpu",
                        "max-batch-size", "0",
                        "top-p", "1.5",
                        "top-k", "many",
                        "dtype", "int3",
                        "scope", "galaxy",
                        "max-bach-size", "8",
                        "endpoint", "http://x");
        assertThatThrownBy(() -> LlavaSettings.read("Model m", wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Model m: ")
                .hasMessageContaining("'model' is missing: give the checkpoint folder")
                .hasMessageContaining("Unknown device 'tpu': use auto, cpu or gpu:N")
                .hasMessageContaining("max-batch-size is 0, it must be at least 1")
                .hasMessageContaining("top-p is 1.5, it must be above 0, up to 1")
                .hasMessageContaining("top-k")
                .hasMessageContaining(
                        "dtype is 'int3', it must be one of auto, float32, float16, bfloat16")
                .hasMessageContaining("scope is 'galaxy', it must be one of slot, device")
                .hasMessageContaining("unknown options [endpoint, max-bach-size]; there are [");
    }
}
