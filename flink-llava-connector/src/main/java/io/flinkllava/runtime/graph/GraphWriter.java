package io.flinkllava.runtime.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.flinkllava.runtime.checkpoint.Dtype;
import io.flinkllava.runtime.checkpoint.WeightTensor;
import io.flinkllava.runtime.checkpoint.Weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes one ONNX graph, node after node. Every method that adds something returns the name of the
 * value it makes, so that a model reads as a sequence of calls.
 *
 * <p>Not thread-safe.
 */
final class GraphWriter {

    /** Operators that ONNX Runtime adds to ONNX. */
    private static final String CONTRIB = "com.microsoft";

    private static final int IR_VERSION = 10;
    private static final int OPSET = 20;

    private final GraphProto.Builder graph = GraphProto.newBuilder();
    private final Weights weights;
    private final ComputeType compute;
    private final Map<String, WeightTensor> used = new LinkedHashMap<>();
    private final Map<String, String> converted = new LinkedHashMap<>();
    private final Map<String, WeightTensor> matrices = new LinkedHashMap<>();
    private final Map<String, String> scalars = new LinkedHashMap<>();
    private final MatrixProduct product = new MatrixProduct(this);
    private int values;

    GraphWriter(String name, Weights weights, ComputeType compute) {
        graph.setName(name);
        this.weights = weights;
        this.compute = compute;
    }

    /** What the graph is written from. */
    Weights weights() {
        return weights;
    }

    /** Declares an input; a dimension is a number or, where it varies, a name. */
    String input(String name, Element element, Object... dimensions) {
        graph.addInput(valueInfo(name, element, dimensions));
        return name;
    }

    /** Gives a value its public name and declares it as an output. */
    void output(String name, String value, Element element, Object... dimensions) {
        graph.addNode(NodeProto.newBuilder().setOpType("Identity").addInput(value).addOutput(name));
        declareOutput(name, element, dimensions);
    }

    /** Declares as an output what a node has already written under this name. */
    void declareOutput(String name, Element element, Object... dimensions) {
        graph.addOutput(valueInfo(name, element, dimensions));
    }

    /** Adds an ONNX node with one output. */
    String node(String operator, List<String> inputs, Attribute... attributes) {
        return add("", operator, inputs, attributes);
    }

    /** Adds a node of ONNX Runtime's own operators with one output. */
    String contrib(String operator, List<String> inputs, Attribute... attributes) {
        return add(CONTRIB, operator, inputs, attributes);
    }

    /** As {@link #contrib}, for several outputs; an empty name is an output that is not wanted. */
    void contrib(
            String operator, List<String> inputs, List<String> outputs, Attribute... attributes) {
        NodeProto.Builder node = node(CONTRIB, operator, inputs, attributes);
        node.addAllOutput(outputs);
        graph.addNode(node);
    }

    /** A fresh name for an output of a node with several. */
    String fresh(String hint) {
        return hint + "_" + values++;
    }

    /**
     * A weight of the checkpoint in the graph's compute type, checked to have this shape. ONNX
     * Runtime folds the conversion when it loads the graph.
     */
    String weight(String name, long... shape) {
        return stored(name, shape) == compute.dtype()
                ? name
                : converted.computeIfAbsent(name, this::toComputeType);
    }

    /** As {@link #weight}, for the matrix of a linear layer. */
    String matrix(String name, long out, long in) {
        String matrix = weight(name, out, in);
        matrices.put(name, used.get(name));
        return matrix;
    }

    /** A tensor of integers of the checkpoint. */
    String integers(String name, Dtype dtype, long... shape) {
        Dtype stored = stored(name, shape);
        if (stored != dtype) {
            throw new IllegalArgumentException(name + " is " + stored + ", not " + dtype);
        }
        return name;
    }

    /**
     * Rows of a weight in the graph's compute type. Where the file's type is the smaller one the
     * weight stays as it is, and rows are converted when they are taken.
     */
    String rows(String weight, String indices, long... shape) {
        return stored(weight, shape).bytes() < compute.bytes()
                ? toComputeType(node("Gather", List.of(weight, indices)))
                : node("Gather", List.of(weight(weight, shape), indices));
    }

    /** Adds a weight as the file has it, under its own name. */
    private Dtype stored(String name, long... shape) {
        WeightTensor tensor = weights.require(name, shape);
        if (used.putIfAbsent(name, tensor) == null) {
            TensorProto.Builder external =
                    TensorProto.newBuilder()
                            .setName(name)
                            .setDataType(dataType(tensor.dtype()).getNumber())
                            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                            .addExternalData(
                                    entry("location", tensor.realFile().getFileName().toString()))
                            .addExternalData(entry("offset", Long.toString(tensor.offset())))
                            .addExternalData(entry("length", Long.toString(tensor.bytes())));
            tensor.shape().forEach(external::addDims);
            graph.addInitializer(external);
        }
        return tensor.dtype();
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    /** Converts a float32 value to the graph's compute type. */
    String toComputeType(String value) {
        return cast(value, dataType(compute.dtype()));
    }

    /** Converts a value to the type of an input or output. */
    String toElement(String value, Element element) {
        return cast(value, dataType(element));
    }

    /** Converts a value of the graph's compute type to float32. */
    String toFloat32(String value) {
        return compute == ComputeType.FLOAT32 ? value : cast(value, TensorProto.DataType.FLOAT);
    }

    private String cast(String value, TensorProto.DataType type) {
        return node("Cast", List.of(value), Attribute.of("to", type.getNumber()));
    }

    /** A constant float32, written once. */
    String scalar(String name, float number) {
        return scalars.computeIfAbsent(
                name,
                fresh ->
                        scalar(
                                TensorProto.newBuilder()
                                        .setDataType(TensorProto.DataType.FLOAT.getNumber())
                                        .addFloatData(number)
                                        .setName(fresh)));
    }

    /** A constant uint8, written once. */
    String scalar(String name, int number) {
        return scalars.computeIfAbsent(
                name,
                fresh ->
                        scalar(
                                TensorProto.newBuilder()
                                        .setDataType(TensorProto.DataType.UINT8.getNumber())
                                        .addInt32Data(number)
                                        .setName(fresh)));
    }

    private String scalar(TensorProto.Builder tensor) {
        graph.addInitializer(tensor);
        return tensor.getName();
    }

    /** A constant vector of 64-bit integers. */
    String constant(long... numbers) {
        String name = fresh("const");
        TensorProto.Builder tensor =
                TensorProto.newBuilder()
                        .setName(name)
                        .setDataType(TensorProto.DataType.INT64.getNumber())
                        .addDims(numbers.length);
        for (long number : numbers) {
            tensor.addInt64Data(number);
        }
        graph.addInitializer(tensor);
        return name;
    }

    /** A constant matrix {@code [rows, columns]} in the graph's compute type. */
    String constant(String name, int rows, int columns, float[] numbers) {
        ByteBuffer bytes =
                ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(numbers);
        graph.addInitializer(
                TensorProto.newBuilder()
                        .setName(name)
                        .setDataType(TensorProto.DataType.FLOAT.getNumber())
                        .addDims(rows)
                        .addDims(columns)
                        .setRawData(ByteString.copyFrom(bytes)));
        return compute == ComputeType.FLOAT32 ? name : toComputeType(name);
    }

    /**
     * A linear layer as Hugging Face stores it, {@code weight [out, in]} and perhaps {@code bias
     * [out]}: {@code [tokens, in]} to {@code [tokens, out]}.
     */
    String linear(String x, String prefix, long out, long in, boolean bias) {
        return product.write(
                x,
                prefix + ".weight",
                out,
                in,
                bias ? Optional.of(prefix + ".bias") : Optional.empty());
    }

    /** A product with a matrix of the checkpoint, {@code [rows, in]} to {@code [rows, out]}. */
    String product(String x, String matrix, long out, long in) {
        return product.write(x, matrix, out, in, Optional.empty());
    }

    /** A layer norm over the last axis, {@code weight} and {@code bias} of {@code [width]}. */
    String layerNorm(String x, String prefix, long width, float epsilon) {
        return node(
                "LayerNormalization",
                List.of(x, weight(prefix + ".weight", width), weight(prefix + ".bias", width)),
                Attribute.of("axis", -1),
                Attribute.of("epsilon", epsilon));
    }

    String reshape(String x, String shape) {
        return node("Reshape", List.of(x, shape));
    }

    OnnxGraph build() {
        ModelProto model =
                ModelProto.newBuilder()
                        .setIrVersion(IR_VERSION)
                        .setProducerName("flink-llava")
                        .addOpsetImport(opset("", OPSET))
                        .addOpsetImport(opset(CONTRIB, 1))
                        .setGraph(graph)
                        .build();
        return new OnnxGraph(
                model.toByteString(), List.copyOf(used.values()), List.copyOf(matrices.values()));
    }

    private String add(
            String domain, String operator, List<String> inputs, Attribute... attributes) {
        String output = fresh(operator);
        graph.addNode(node(domain, operator, inputs, attributes).addOutput(output));
        return output;
    }

    private static NodeProto.Builder node(
            String domain, String operator, List<String> inputs, Attribute... attributes) {
        NodeProto.Builder node =
                NodeProto.newBuilder().setOpType(operator).setDomain(domain).addAllInput(inputs);
        for (Attribute attribute : attributes) {
            node.addAttribute(attribute.proto());
        }
        return node;
    }

    private ValueInfoProto valueInfo(String name, Element element, Object... dimensions) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (Object dimension : dimensions) {
            TensorShapeProto.Dimension.Builder axis = TensorShapeProto.Dimension.newBuilder();
            if (dimension instanceof Number size) {
                axis.setDimValue(size.longValue());
            } else {
                axis.setDimParam((String) dimension);
            }
            shape.addDim(axis);
        }
        TypeProto.Tensor tensor =
                TypeProto.Tensor.newBuilder()
                        .setElemType(dataType(element).getNumber())
                        .setShape(shape)
                        .build();
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }

    private TensorProto.DataType dataType(Element element) {
        return switch (element) {
            case COMPUTE -> dataType(compute.dtype());
            case BFLOAT16 -> TensorProto.DataType.BFLOAT16;
            case FLOAT32 -> TensorProto.DataType.FLOAT;
            case INT32 -> TensorProto.DataType.INT32;
            case INT64 -> TensorProto.DataType.INT64;
        };
    }

    private static TensorProto.DataType dataType(Dtype dtype) {
        return switch (dtype) {
            case F32 -> TensorProto.DataType.FLOAT;
            case F16 -> TensorProto.DataType.FLOAT16;
            case BF16 -> TensorProto.DataType.BFLOAT16;
            case I8 -> TensorProto.DataType.INT8;
            case U8 -> TensorProto.DataType.UINT8;
        };
    }

    private static OperatorSetIdProto opset(String domain, int version) {
        return OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version).build();
    }

    /** Element types of inputs and outputs. */
    enum Element {
        /** Whatever the graph computes in. */
        COMPUTE,
        BFLOAT16,
        FLOAT32,
        INT32,
        INT64
    }
}
