package io.flinkllava.runtime.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.VisionConfig.Architecture;
import io.flinkllava.runtime.checkpoint.WeightTensor;
import io.flinkllava.testing.PublishedModel;
import io.flinkllava.testing.PublishedWeights;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** What the graphs of published checkpoints ask for, against what is published. */
class PublishedGraphTest {

    /** Small: the tables of cosines and sines are all that grows with it. */
    private static final int CAPACITY = 16;

    /**
     * What a tower stores and no model reads. The features of CLIP are those below its last layer;
     * SigLIP was published without its last layer, so that all the others are read.
     */
    private static final Map<Architecture, List<String>> UNUSED =
            Map.of(
                    Architecture.CLIP,
                    List.of(
                            "vision_tower.vision_model.encoder.layers.23.",
                            "vision_tower.vision_model.post_layernorm."),
                    Architecture.SIGLIP,
                    List.of("vision_tower.vision_model.post_layernorm."));

    @TempDir Path folder;

    @ParameterizedTest
    @EnumSource
    void asksForThePublishedTensorsAndNoOthers(PublishedModel model) {
        Checkpoint checkpoint = model.read(folder);
        Map<String, List<Long>> used = used(checkpoint, model.weights());
        for (ComputeType compute : ComputeType.values()) {
            Map<String, List<Long>> asked = new LinkedHashMap<>();
            for (OnnxGraph graph : graphs(checkpoint, compute)) {
                Map<String, List<Long>> external = external(graph);
                assertThat(graph.weights())
                        .extracting(WeightTensor::name)
                        .containsExactlyElementsOf(external.keySet());
                asked.putAll(external);
            }
            assertThat(asked).containsExactlyInAnyOrderEntriesOf(used);
        }
    }

    private static Map<String, List<Long>> used(Checkpoint checkpoint, PublishedWeights published) {
        Map<String, List<Long>> used = new LinkedHashMap<>(published.shapes());
        for (String prefix : UNUSED.get(checkpoint.config().vision().architecture())) {
            assertThat(used.keySet().removeIf(name -> name.startsWith(prefix))).isTrue();
        }
        return used;
    }

    /** Bytes of keys and values that a position takes in the arena, by the graph's own inputs. */
    @ParameterizedTest
    @CsvSource({
        // 2 * layers * heads of keys * size of a head * 2 bytes
        "LLAVA_15_7B, 524288",
        "LLAVA_15_13B, 819200",
        "BAKLLAVA, 131072",
        "INTERLEAVE_05B, 98304",
        "INTERLEAVE_7B, 524288",
        "VIP_LLAVA_7B, 524288",
        "NEXT_VICUNA_7B, 524288",
        "NEXT_VICUNA_13B, 819200",
        "NEXT_MISTRAL_7B, 131072",
        "NEXT_34B, 245760",
        "NEXT_LLAMA3_8B, 131072",
        "NEXT_72B, 2621440",
        "NEXT_VIDEO_7B, 524288",
        "ONEVISION_05B, 12288",
        "ONEVISION_7B, 57344",
        "ONEVISION_72B, 327680",
    })
    void keepsTheKeysAndValuesOfTheArchitecture(PublishedModel model, long bytes) {
        Checkpoint checkpoint = model.read(folder);
        assertThat(bytesPerPosition(checkpoint, ComputeType.FLOAT16)).isEqualTo(bytes);
        assertThat(bytesPerPosition(checkpoint, ComputeType.FLOAT32)).isEqualTo(2 * bytes);
    }

    private static long bytesPerPosition(Checkpoint checkpoint, ComputeType compute) {
        return proto(DecoderGraph.write(checkpoint, compute, CAPACITY)).getInputList().stream()
                .filter(input -> input.getName().startsWith("past_"))
                .map(input -> input.getType().getTensorType().getShape())
                .mapToLong(shape -> size(shape, 1) * size(shape, 3) * compute.bytes())
                .sum();
    }

    private static long size(TensorShapeProto shape, int axis) {
        return shape.getDim(axis).getDimValue();
    }

    private static List<OnnxGraph> graphs(Checkpoint checkpoint, ComputeType compute) {
        List<OnnxGraph> graphs = new ArrayList<>();
        graphs.add(VisionGraph.write(checkpoint, compute));
        if (PackingGraph.isNeeded(checkpoint.config())) {
            graphs.add(PackingGraph.write(checkpoint, compute));
        }
        graphs.add(DecoderGraph.write(checkpoint, compute, CAPACITY));
        return graphs;
    }

    private static Map<String, List<Long>> external(OnnxGraph graph) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        for (TensorProto tensor : proto(graph).getInitializerList()) {
            if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
                shapes.put(tensor.getName(), tensor.getDimsList());
            }
        }
        return shapes;
    }

    private static GraphProto proto(OnnxGraph graph) {
        try {
            return ModelProto.parseFrom(graph.model()).getGraph();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
