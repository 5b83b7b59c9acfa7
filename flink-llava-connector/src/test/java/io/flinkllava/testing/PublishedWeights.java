package io.flinkllava.testing;

import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.Dtype;
import io.flinkllava.runtime.checkpoint.WeightTensor;
import io.flinkllava.runtime.checkpoint.Weights;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tensors that have names and shapes but no bytes. */
public final class PublishedWeights implements Weights {

    /** {@code name [2, 3]}; or {@code layers.[0-31].name [2, 3]} for each of these layers. */
    private static final Pattern LINE =
            Pattern.compile("(\\S+?)(?:\\[(\\d+)-(\\d+)](\\S+))? \\[([\\d, ]+)]");

    private static final Path FILE = Path.of("model.safetensors");

    private final Map<String, List<Long>> shapes;

    private PublishedWeights(Map<String, List<Long>> shapes) {
        this.shapes = Collections.unmodifiableMap(shapes);
    }

    static PublishedWeights of(List<String> layout) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        for (String line : layout) {
            Matcher tensor = LINE.matcher(line);
            if (!tensor.matches()) {
                throw new IllegalArgumentException(line);
            }
            List<Long> shape =
                    Arrays.stream(tensor.group(5).split(", ", -1)).map(Long::valueOf).toList();
            names(tensor).forEach(name -> shapes.put(name, shape));
        }
        return new PublishedWeights(shapes);
    }

    private static List<String> names(Matcher tensor) {
        if (tensor.group(4) == null) {
            return List.of(tensor.group(1));
        }
        List<String> names = new ArrayList<>();
        int last = Integer.parseInt(tensor.group(3));
        for (int layer = Integer.parseInt(tensor.group(2)); layer <= last; layer++) {
            names.add(tensor.group(1) + layer + tensor.group(4));
        }
        return names;
    }

    /** By name. */
    public Map<String, List<Long>> shapes() {
        return shapes;
    }

    /** Elements of all tensors. */
    public long parameters() {
        return shapes.keySet().stream().map(this::get).mapToLong(WeightTensor::elements).sum();
    }

    @Override
    public WeightTensor get(String name) {
        List<Long> shape = shapes.get(name);
        if (shape == null) {
            throw LlavaException.model("No tensor '" + name + "'");
        }
        return new WeightTensor(name, Dtype.F16, shape, FILE, 0);
    }

    @Override
    public boolean contains(String name) {
        return shapes.containsKey(name);
    }

    @Override
    public ByteBuffer map(WeightTensor tensor) {
        throw new UnsupportedOperationException("Nobody has the bytes of " + tensor.name());
    }
}
