package io.flinkllava.runtime.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Turns an exported graph into what another exporter would have made of the same model. */
final class GraphEdit {

    static final int FLOAT = TensorProto.DataType.FLOAT_VALUE;
    static final int FLOAT16 = TensorProto.DataType.FLOAT16_VALUE;
    static final int INT32 = TensorProto.DataType.INT32_VALUE;
    static final int INT64 = TensorProto.DataType.INT64_VALUE;
    static final int BOOL = TensorProto.DataType.BOOL_VALUE;

    private final Path file;
    private final ModelProto.Builder model;
    private final GraphProto.Builder graph;
    private final List<NodeProto> front = new ArrayList<>();
    private int names;

    private GraphEdit(Path file, ModelProto.Builder model) {
        this.file = file;
        this.model = model;
        this.graph = model.getGraphBuilder();
    }

    static GraphEdit of(Path file) {
        try {
            return new GraphEdit(file, ModelProto.parseFrom(Files.readAllBytes(file)).toBuilder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void save() {
        List<NodeProto> nodes = new ArrayList<>(front);
        nodes.addAll(graph.getNodeList());
        graph.clearNode().addAllNode(nodes);
        try {
            Files.write(file, model.build().toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The graph counts positions from the past by itself. */
    GraphEdit withoutPositionIds() {
        removeInput("position_ids");
        String one = constant(1);
        String past = size("past_key_values.0.key", 2);
        String sequence = size("inputs_embeds", 1);
        String end = infront("Add", past, sequence);
        String range = infront("Range", past, end, one);
        frontNode("Unsqueeze", "position_ids", range, vector(0));
        return this;
    }

    /** Scores are zero unless the flag says whether there is a past. */
    GraphEdit withUseCacheBranch() {
        addInput("use_cache_branch", BOOL, 1);
        String hasPast = infront("Greater", size("past_key_values.0.key", 2), constant(0));
        String right = infront("Equal", hasPast, "use_cache_branch");
        String factor = cast(right, FLOAT);
        String inner = renameOutput("logits");
        append("Mul", "logits", inner, factor);
        return this;
    }

    /** The mask has the right shape and says nothing, as with attention that takes lengths. */
    GraphEdit withMaskThatIsIgnored() {
        String shape = infront("Shape", "attention_mask");
        String ones = "ones_" + names++;
        useInstead("attention_mask", ones);
        front.add(
                NodeProto.newBuilder()
                        .setOpType("ConstantOfShape")
                        .addInput(shape)
                        .addOutput(ones)
                        .addAttribute(
                                AttributeProto.newBuilder()
                                        .setName("value")
                                        .setType(AttributeProto.AttributeType.TENSOR)
                                        .setT(
                                                TensorProto.newBuilder()
                                                        .addDims(1)
                                                        .setDataType(INT64)
                                                        .addInt64Data(1)))
                        .build());
        return this;
    }

    /** One scale for all rows, as in a dynamically quantized graph. */
    GraphEdit withOneScaleForAllRows() {
        String scale =
                infront("Add", cast(size("inputs_embeds", 0), FLOAT), cast(constant(9), FLOAT));
        String inner = renameOutput("logits");
        append("Mul", "logits", inner, scale);
        return this;
    }

    /** Traced with one row, whatever the inputs' shapes say. */
    GraphEdit withOneRowTraced(long hidden) {
        String one = "one_" + names++;
        useInstead("inputs_embeds", one);
        frontNode("Reshape", one, "inputs_embeds", vector(1, -1, hidden));
        return this;
    }

    /** Scores of the last positions only, as many as an input says. */
    GraphEdit withNumLogitsToKeep(String name, long... shape) {
        addInput(name, INT64, shape);
        String start = infront("Reshape", infront("Neg", name), vector(1));
        keep(start);
        return this;
    }

    /** Scores of the last position only. */
    GraphEdit withLastLogitsOnly() {
        keep(vector(-1));
        return this;
    }

    private void keep(String start) {
        String inner = renameOutput("logits");
        append("Slice", "logits", inner, start, vector(Long.MAX_VALUE), vector(1));
    }

    /** An input of another element type, cast at once. */
    GraphEdit retypeInput(String name, int type, int inner) {
        String replaced = "inner_" + name.replace('.', '_');
        useInstead(name, replaced);
        setType(input(name), type);
        front.add(castNode(name, replaced, inner));
        return this;
    }

    /** An output of another element type, cast at the end. */
    GraphEdit retypeOutput(String name, int type) {
        String inner = renameOutput(name);
        setType(output(name), type);
        graph.addNode(castNode(inner, name, type));
        return this;
    }

    /** All that is float32 at the borders becomes float16. */
    GraphEdit withHalfPrecisionBorders() {
        inputs().stream()
                .filter(i -> i.getType().getTensorType().getElemType() == FLOAT)
                .map(ValueInfoProto::getName)
                .forEach(name -> retypeInput(name, FLOAT16, FLOAT));
        graph.getOutputList().stream()
                .map(ValueInfoProto::getName)
                .toList()
                .forEach(name -> retypeOutput(name, FLOAT16));
        return this;
    }

    /** Reshapes an output: the features of all tiles on one axis. */
    GraphEdit reshapeOutput(String name, long... shape) {
        String inner = renameOutput(name);
        append("Reshape", name, inner, vector(shape));
        setShape(output(name), shape);
        return this;
    }

    GraphEdit renameOutputTo(String name, String other) {
        append("Identity", other, name);
        output(name).setName(other);
        return this;
    }

    GraphEdit renameInputTo(String name, String other) {
        frontNode("Identity", name, other);
        input(name).setName(other);
        return this;
    }

    GraphEdit removeInput(String name) {
        graph.removeInput(index(inputs(), name));
        return this;
    }

    GraphEdit removeOutput(String name) {
        graph.removeOutput(index(graph.getOutputList(), name));
        return this;
    }

    /** One more output, a copy of another tensor. */
    GraphEdit addOutput(String name, String tensor) {
        append("Identity", name, tensor);
        graph.addOutput(ValueInfoProto.newBuilder(output(tensor).build()).setName(name));
        return this;
    }

    /** Has the larger weights in a file of their own, as models of more than 2 GiB must. */
    GraphEdit moveWeightsTo(String name) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        for (TensorProto.Builder tensor : graph.getInitializerBuilderList()) {
            if (tensor.getRawData().size() >= 1024) {
                tensor.setDataLocation(TensorProto.DataLocation.EXTERNAL)
                        .addExternalData(entry("location", name))
                        .addExternalData(entry("offset", Integer.toString(data.size())))
                        .addExternalData(
                                entry("length", Integer.toString(tensor.getRawData().size())));
                data.writeBytes(tensor.getRawData().toByteArray());
                tensor.clearRawData();
            }
        }
        try {
            Files.write(file.resolveSibling(name), data.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    GraphEdit addInput(String name, int type, long... shape) {
        ValueInfoProto.Builder value = ValueInfoProto.newBuilder().setName(name);
        setType(value, type);
        setShape(value, shape);
        graph.addInput(value);
        return this;
    }

    GraphEdit setInputShape(String name, long... shape) {
        setShape(input(name), shape);
        return this;
    }

    private List<ValueInfoProto> inputs() {
        return List.copyOf(graph.getInputList());
    }

    private ValueInfoProto.Builder input(String name) {
        return graph.getInputBuilder(index(inputs(), name));
    }

    private ValueInfoProto.Builder output(String name) {
        return graph.getOutputBuilder(index(graph.getOutputList(), name));
    }

    private static int index(List<ValueInfoProto> values, String name) {
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i).getName().equals(name)) {
                return i;
            }
        }
        throw new IllegalArgumentException(name);
    }

    private static void setType(ValueInfoProto.Builder value, int type) {
        value.getTypeBuilder().getTensorTypeBuilder().setElemType(type);
    }

    private static void setShape(ValueInfoProto.Builder value, long... shape) {
        TensorShapeProto.Builder sizes = TensorShapeProto.newBuilder();
        for (long size : shape) {
            if (size < 0) {
                sizes.addDimBuilder().setDimParam("any" + sizes.getDimCount());
            } else {
                sizes.addDimBuilder().setDimValue(size);
            }
        }
        TypeProto.Tensor.Builder tensor = value.getTypeBuilder().getTensorTypeBuilder();
        tensor.setShape(sizes);
    }

    /** Has the node that makes an output make something else. */
    private String renameOutput(String name) {
        String inner = name + "_before" + names++;
        for (int i = 0; i < graph.getNodeCount(); i++) {
            NodeProto.Builder node = graph.getNodeBuilder(i);
            for (int j = 0; j < node.getInputCount(); j++) {
                if (node.getInput(j).equals(name)) {
                    node.setInput(j, inner);
                }
            }
            for (int j = 0; j < node.getOutputCount(); j++) {
                if (node.getOutput(j).equals(name)) {
                    node.setOutput(j, inner);
                }
            }
        }
        return inner;
    }

    private void useInstead(String name, String replaced) {
        for (int i = 0; i < graph.getNodeCount(); i++) {
            NodeProto.Builder node = graph.getNodeBuilder(i);
            for (int j = 0; j < node.getInputCount(); j++) {
                if (node.getInput(j).equals(name)) {
                    node.setInput(j, replaced);
                }
            }
        }
    }

    private String size(String tensor, long axis) {
        return infront("Gather", infront("Shape", tensor), constant(axis));
    }

    private String constant(long value) {
        return initializer(TensorProto.newBuilder().addInt64Data(value));
    }

    private String vector(long... values) {
        TensorProto.Builder tensor = TensorProto.newBuilder().addDims(values.length);
        for (long value : values) {
            tensor.addInt64Data(value);
        }
        return initializer(tensor);
    }

    private String initializer(TensorProto.Builder tensor) {
        String name = "edit_" + names++;
        graph.addInitializer(tensor.setName(name).setDataType(INT64));
        return name;
    }

    private String infront(String operator, String... inputs) {
        String output = "edit_" + names++;
        frontNode(operator, output, inputs);
        return output;
    }

    private void frontNode(String operator, String output, String... inputs) {
        front.add(
                NodeProto.newBuilder()
                        .setOpType(operator)
                        .addAllInput(List.of(inputs))
                        .addOutput(output)
                        .build());
    }

    private void append(String operator, String output, String... inputs) {
        graph.addNode(
                NodeProto.newBuilder()
                        .setOpType(operator)
                        .addAllInput(List.of(inputs))
                        .addOutput(output));
    }

    private String cast(String input, int type) {
        String output = "edit_" + names++;
        front.add(castNode(input, output, type));
        return output;
    }

    private static NodeProto castNode(String input, String output, int type) {
        return NodeProto.newBuilder()
                .setOpType("Cast")
                .addInput(input)
                .addOutput(output)
                .addAttribute(
                        AttributeProto.newBuilder()
                                .setName("to")
                                .setType(AttributeProto.AttributeType.INT)
                                .setI(type))
                .build();
    }
}
