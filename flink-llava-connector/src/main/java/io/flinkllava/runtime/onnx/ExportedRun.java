package io.flinkllava.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.platform.Fp16Conversions;
import com.sun.jna.Memory;
import io.flinkllava.runtime.LlavaErrorCode;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One run of an exported graph. Floats are float32 here; where the graph wants or gives float16
 * they are converted.
 *
 * <p>Owns the tensors that it makes and those that come out, but for what was lent or taken.
 */
final class ExportedRun implements AutoCloseable {

    private final Path file;
    private final OrtSession session;
    private final HostTensors tensors;
    private final Map<String, OnnxTensor> inputs = new HashMap<>();
    private final Map<String, OnnxTensor> outputs = new HashMap<>();
    private final List<OnnxTensor> owned = new ArrayList<>();

    ExportedRun(Path file, OrtSession session, HostTensors tensors) {
        this.file = file;
        this.session = session;
        this.tensors = tensors;
    }

    /** Hands over what the buffer holds from its position on. */
    void floats(TensorSignature input, FloatBuffer values, long... shape) {
        own(
                input,
                memory -> {
                    if (input.elements() == ElementType.FLOAT32) {
                        bytes(memory).asFloatBuffer().put(values.duplicate());
                        return;
                    }
                    ShortBuffer halves = bytes(memory).asShortBuffer();
                    for (int i = values.position(); i < values.limit(); i++) {
                        halves.put(Fp16Conversions.floatToFp16(values.get(i)));
                    }
                },
                shape);
    }

    void integers(TensorSignature input, long[] values, long... shape) {
        own(
                input,
                memory -> {
                    if (input.elements() == ElementType.INT64) {
                        memory.write(0, values, 0, values.length);
                        return;
                    }
                    for (int i = 0; i < values.length; i++) {
                        memory.setInt((long) i * Integer.BYTES, Math.toIntExact(values[i]));
                    }
                },
                shape);
    }

    void flag(TensorSignature input, boolean value) {
        long[] shape = new long[input.rank()];
        Arrays.fill(shape, 1);
        own(input, memory -> memory.setByte(0, (byte) (value ? 1 : 0)), shape);
    }

    private static ByteBuffer bytes(Memory memory) {
        return memory.getByteBuffer(0, memory.size());
    }

    /** Lends a tensor, which stays the caller's. */
    void lend(TensorSignature input, OnnxTensor tensor) {
        inputs.put(input.name(), tensor);
    }

    private void own(TensorSignature input, Consumer<Memory> contents, long... shape) {
        OnnxTensor tensor = tensors.create(input.elements(), contents, shape);
        tensors.copiedIn(input.elements().bytes(shape));
        owned.add(tensor);
        inputs.put(input.name(), tensor);
    }

    /** Runs the graph and waits for it. */
    void execute() {
        try {
            // The values are closed one by one, since some of them are taken: the result itself
            // holds nothing else.
            for (Map.Entry<String, OnnxValue> output : session.run(inputs)) {
                outputs.put(output.getKey(), tensors.opened((OnnxTensor) output.getValue()));
            }
        } catch (OrtException e) {
            throw OnnxFailure.of(
                    LlavaErrorCode.INTERNAL, "ONNX Runtime: " + file, e.getMessage(), e);
        }
    }

    /** What came out, copied. */
    FloatBuffer floats(TensorSignature output) {
        return FloatBuffer.wrap(floats(output, 0, Math.toIntExact(elements(output))));
    }

    /** Some of what came out, copied. */
    float[] floats(TensorSignature output, long from, int count) {
        ElementType type = output.elements();
        ByteBuffer bytes =
                tensors.elements(outputs.get(output.name()))
                        .getByteBuffer(type.bytes(from), type.bytes(count));
        tensors.copiedOut(type.bytes(count));
        float[] floats = new float[count];
        if (type == ElementType.FLOAT32) {
            bytes.asFloatBuffer().get(floats);
            return floats;
        }
        ShortBuffer halves = bytes.asShortBuffer();
        for (int i = 0; i < count; i++) {
            floats[i] = Fp16Conversions.fp16ToFloat(halves.get(i));
        }
        return floats;
    }

    /** How many numbers came out. */
    long elements(TensorSignature output) {
        return outputs.get(output.name()).getInfo().getNumElements();
    }

    /** How large an axis of what came out is. */
    int size(TensorSignature output, int axis) {
        return Math.toIntExact(outputs.get(output.name()).getInfo().getShape()[axis]);
    }

    /** Takes over what came out. */
    OnnxTensor take(TensorSignature output) {
        return outputs.remove(output.name());
    }

    @Override
    public void close() {
        owned.forEach(tensors::close);
        outputs.values().forEach(tensors::close);
        owned.clear();
        outputs.clear();
    }
}
