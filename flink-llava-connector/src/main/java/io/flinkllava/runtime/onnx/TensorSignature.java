package io.flinkllava.runtime.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.TensorInfo;
import io.flinkllava.runtime.LlavaException;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An input or output of an exported graph, as its session describes it.
 *
 * @param file the graph, for messages
 * @param role {@code input} or {@code output}, for messages
 * @param type empty where this runtime has no use for such elements
 * @param shape {@link #DYNAMIC} where the graph leaves a size open
 */
record TensorSignature(
        Path file, String role, String name, Optional<ElementType> type, List<Long> shape) {

    /** A size that is known only when the graph runs. */
    static final long DYNAMIC = -1;

    TensorSignature {
        shape = List.copyOf(shape);
    }

    static Map<String, TensorSignature> all(Path file, String role, Map<String, NodeInfo> nodes) {
        Map<String, TensorSignature> signatures = new LinkedHashMap<>();
        nodes.forEach(
                (name, node) -> {
                    // Sequences and maps have no place in these graphs: an element type that
                    // nobody accepts.
                    Optional<TensorInfo> info =
                            Optional.of(node.getInfo())
                                    .filter(TensorInfo.class::isInstance)
                                    .map(TensorInfo.class::cast);
                    signatures.put(
                            name,
                            new TensorSignature(
                                    file,
                                    role,
                                    name,
                                    info.flatMap(TensorSignature::elementType),
                                    info.map(TensorSignature::sizes).orElse(List.of())));
                });
        return signatures;
    }

    private static Optional<ElementType> elementType(TensorInfo info) {
        return Arrays.stream(ElementType.values())
                .filter(type -> type.java() == info.type)
                .findAny();
    }

    private static List<Long> sizes(TensorInfo info) {
        return Arrays.stream(info.getShape()).boxed().toList();
    }

    /** The element type, once it was required to be one of some. */
    ElementType elements() {
        return type.orElseThrow();
    }

    boolean isFloat() {
        return type.filter(t -> t == ElementType.FLOAT32 || t == ElementType.FLOAT16).isPresent();
    }

    boolean isInteger() {
        return type.filter(t -> t == ElementType.INT64 || t == ElementType.INT32).isPresent();
    }

    int rank() {
        return shape.size();
    }

    TensorSignature requireFloats(int... ranks) {
        return require(isFloat(), "float32 or float16", ranks);
    }

    TensorSignature requireIntegers(int... ranks) {
        return require(isInteger(), "int64 or int32", ranks);
    }

    TensorSignature requireFlag() {
        return require(type.filter(ElementType.BOOL::equals).isPresent(), "bool", 0, 1);
    }

    private TensorSignature require(boolean rightType, String types, int... ranks) {
        if (!rightType || Arrays.stream(ranks).noneMatch(rank -> rank == rank())) {
            throw wrong(
                    types
                            + " of rank "
                            + Arrays.stream(ranks)
                                    .mapToObj(Integer::toString)
                                    .collect(Collectors.joining(" or ")));
        }
        return this;
    }

    /** Checks a size that the rest of the folder names too; a dynamic one is any. */
    TensorSignature requireSize(int axis, long size, String source) {
        if (shape.get(axis) != DYNAMIC && shape.get(axis) != size) {
            throw wrong("of size " + size + " on axis " + axis + ", which is " + source);
        }
        return this;
    }

    /** What to throw when this is of no use. */
    LlavaException wrong(String expectation) {
        return LlavaException.model(
                file
                        + ": "
                        + role
                        + " '"
                        + name
                        + "' is "
                        + type.map(Enum::name).orElse("of another type")
                        + " "
                        + shape
                        + ", it must be "
                        + expectation
                        + ". Export the model again, or take the graph that belongs to config.json");
    }
}
