package io.flinkllava.examples.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** {@code random-checkpoint}: a checkpoint to time and not to trust. */
@Command(
        name = "random-checkpoint",
        description =
                "Writes a checkpoint in the shape of a LLaVA-1.5 with random float16 weights, to"
                        + " time and not to trust. The last line of the output is the number of"
                        + " bytes that one decoding step reads of it.")
public final class RandomCheckpoint implements Callable<Integer> {

    private static final int BYTES = 256;
    private static final int BOS = BYTES;
    private static final int EOS = BYTES + 1;
    private static final int PAD = BYTES + 2;
    private static final int IMAGE = BYTES + 3;
    private static final String TEMPLATE =
            "{% for message in messages %}{{ message['role'].upper() + ': ' }}"
                    + "{% for part in message['content'] | selectattr('type', 'equalto', 'image') %}"
                    + "{{ '<image>\\n' }}{% endfor %}"
                    + "{% for part in message['content'] | selectattr('type', 'equalto', 'text') %}"
                    + "{{ part['text'] + ' ' }}{% endfor %}{% endfor %}"
                    + "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}";

    private static final ObjectMapper JSON = new ObjectMapper();

    @Parameters(paramLabel = "DIR", description = "The folder; what is in there is replaced.")
    private Path folder;

    @Option(
            names = "--shape",
            paramLabel = "llava-15-7b|tiny",
            description = "Default: llava-15-7b, 14 GB.")
    private String shape = CheckpointShape.LLAVA_15_7B.name();

    @Option(names = "--seed", paramLabel = "N", description = "Default: 0.")
    private long seed;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        CheckpointShape chosen = CheckpointShape.named(shape);
        Files.createDirectories(folder);
        write("config.json", config(chosen));
        write(
                "generation_config.json",
                JSON.createObjectNode().put("eos_token_id", EOS).put("pad_token_id", PAD));
        write("preprocessor_config.json", imageProcessor(chosen));
        write("processor_config.json", processor(chosen));
        write("tokenizer.json", tokenizer());
        write("tokenizer_config.json", tokenizerConfig());
        Files.writeString(folder.resolve("chat_template.jinja"), TEMPLATE);
        Map<String, List<Long>> tensors = chosen.tensors();
        new RandomWeights(seed).write(folder.resolve("model.safetensors"), tensors);
        spec.commandLine().getOut().println(bytesOfAStep(tensors));
        return 0;
    }

    /** The language model without its table, of which a step takes single rows. */
    private static long bytesOfAStep(Map<String, List<Long>> tensors) {
        return tensors.entrySet().stream()
                .filter(tensor -> tensor.getKey().startsWith("language_model."))
                .filter(tensor -> !tensor.getKey().endsWith("embed_tokens.weight"))
                .mapToLong(tensor -> RandomWeights.bytes(tensor.getValue()))
                .sum();
    }

    private void write(String name, JsonNode content) throws IOException {
        JSON.writerWithDefaultPrettyPrinter().writeValue(folder.resolve(name).toFile(), content);
    }

    private static ObjectNode config(CheckpointShape shape) {
        ObjectNode config =
                JSON.createObjectNode()
                        .put("model_type", "llava")
                        .put("dtype", "float16")
                        .put("image_token_index", IMAGE)
                        .put("projector_hidden_act", "gelu")
                        .put("vision_feature_layer", -2)
                        .put("vision_feature_select_strategy", "default")
                        .put("tie_word_embeddings", false);
        config.putArray("architectures").add("LlavaForConditionalGeneration");
        layers(config.putObject("vision_config"), shape.vision())
                .put("model_type", "clip_vision_model")
                .put("image_size", shape.imageSize())
                .put("patch_size", shape.patchSize());
        layers(config.putObject("text_config"), shape.text())
                .put("model_type", "llama")
                .put("num_key_value_heads", shape.text().heads())
                .put("vocab_size", shape.vocabulary())
                .put("max_position_embeddings", 4096)
                .put("rms_norm_eps", 1e-5)
                .put("tie_word_embeddings", false)
                .put("bos_token_id", BOS)
                .put("eos_token_id", EOS)
                .put("pad_token_id", PAD);
        return config;
    }

    private static ObjectNode layers(ObjectNode config, CheckpointShape.Layers layers) {
        return config.put("hidden_size", layers.width())
                .put("intermediate_size", layers.inner())
                .put("num_hidden_layers", layers.count())
                .put("num_attention_heads", layers.heads());
    }

    private static ObjectNode imageProcessor(CheckpointShape shape) {
        ObjectNode processor =
                JSON.createObjectNode()
                        .put("image_processor_type", "CLIPImageProcessor")
                        .put("do_center_crop", true)
                        .put("do_convert_rgb", true)
                        .put("do_normalize", true)
                        .put("do_rescale", true)
                        .put("do_resize", true)
                        .put("resample", 3)
                        .put("rescale_factor", 1 / 255.0);
        processor
                .putObject("crop_size")
                .put("height", shape.imageSize())
                .put("width", shape.imageSize());
        processor.putObject("size").put("shortest_edge", shape.imageSize());
        processor.putArray("image_mean").add(0.48145466).add(0.4578275).add(0.40821073);
        processor.putArray("image_std").add(0.26862954).add(0.26130258).add(0.27577711);
        return processor;
    }

    private static ObjectNode processor(CheckpointShape shape) {
        return JSON.createObjectNode()
                .put("processor_class", "LlavaProcessor")
                .put("image_token", "<image>")
                .put("num_additional_image_tokens", 1)
                .put("patch_size", shape.patchSize())
                .put("vision_feature_select_strategy", "default");
    }

    private static ObjectNode tokenizerConfig() {
        ObjectNode config =
                JSON.createObjectNode()
                        .put("tokenizer_class", "PreTrainedTokenizerFast")
                        .put("processor_class", "LlavaProcessor")
                        .put("bos_token", "<s>")
                        .put("eos_token", "</s>")
                        .put("pad_token", "<pad>")
                        .put("padding_side", "left");
        config.putObject("extra_special_tokens").put("image_token", "<image>");
        return config;
    }

    /** One token for each byte: the ids do not matter here. */
    private static ObjectNode tokenizer() {
        ObjectNode tokenizer = JSON.createObjectNode().put("version", "1.0");
        ArrayNode added = tokenizer.putArray("added_tokens");
        added.add(special("<s>", BOS));
        added.add(special("</s>", EOS));
        added.add(special("<pad>", PAD));
        added.add(special("<image>", IMAGE));
        tokenizer
                .putObject("pre_tokenizer")
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", false);
        tokenizer
                .putObject("decoder")
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", false);
        ObjectNode model = tokenizer.putObject("model").put("type", "BPE");
        ObjectNode vocabulary = model.putObject("vocab");
        int next = BYTES;
        for (int value = 0; value < BYTES; value++) {
            // As byte-level tokenizers have it: bytes that print stand for themselves.
            boolean prints = (value > ' ' && value <= '~') || (value > 0xa0 && value != 0xad);
            vocabulary.put(Character.toString(prints ? value : next++), value);
        }
        model.putArray("merges");
        return tokenizer;
    }

    private static ObjectNode special(String content, int id) {
        return JSON.createObjectNode()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
    }
}
