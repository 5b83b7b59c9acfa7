package io.flinkllava.runtime.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.platform.Fp16Conversions;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One run of an exported graph. Floats are float32 here; where the graph wants or gives float16
 * they are converted.
 *
 * <p>Owns the tensors that it makes and those that come out, but for what was lent or taken.
 */
final class ExportedRun implements AutoCloseable {

    private final Path file;
    private final OrtEnvironment environment;
    private final OrtSession session;
    private final TensorLedger ledger;
    private final Map<String, OnnxTensor> inputs = new HashMap<>();
    private final Map<String, OnnxTensor> outputs = new HashMap<>();
    private final List<OnnxTensor> owned = new ArrayList<>();

    ExportedRun(Path file, OrtEnvironment environment, OrtSession session, TensorLedger ledger) {
        this.file = file;
        this.environment = environment;
        this.session = session;
        this.ledger = ledger;
    }

    /** Hands over what the buffer holds from its position on. */
    void floats(TensorSignature input, FloatBuffer values, long... shape) {
        own(
                input,
                () ->
                        input.elements() == ElementType.FLOAT16
                                ? OnnxTensor.createTensor(
                                        environment,
                                        Fp16Conversions.convertFloatBufferToFp16Buffer(values),
                                        shape,
                                        OnnxJavaType.FLOAT16)
                                : OnnxTensor.createTensor(environment, values, shape));
    }

    void integers(TensorSignature input, long[] values, long... shape) {
        own(
                input,
                () ->
                        input.elements() == ElementType.INT32
                                ? OnnxTensor.createTensor(
                                        environment,
                                        IntBuffer.wrap(
                                                Arrays.stream(values)
                                                        .mapToInt(Math::toIntExact)
                                                        .toArray()),
                                        shape)
                                : OnnxTensor.createTensor(
                                        environment, LongBuffer.wrap(values), shape));
    }

    void flag(TensorSignature input, boolean value) {
        ByteBuffer memory = ByteBuffer.allocateDirect(1).put(0, (byte) (value ? 1 : 0));
        long[] shape = new long[input.rank()];
        Arrays.fill(shape, 1);
        own(input, () -> OnnxTensor.createTensor(environment, memory, shape, OnnxJavaType.BOOL));
    }

    /** Lends a tensor, which stays the caller's. */
    void lend(TensorSignature input, OnnxTensor tensor) {
        inputs.put(input.name(), tensor);
    }

    private void own(TensorSignature input, Maker maker) {
        try {
            OnnxTensor tensor = ledger.opened(maker.make());
            ledger.copiedIn(bytes(tensor));
            owned.add(tensor);
            inputs.put(input.name(), tensor);
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    /** Runs the graph and waits for it. */
    void execute() {
        try {
            // The values are closed one by one, since some of them are taken: the result itself
            // holds nothing else.
            for (Map.Entry<String, OnnxValue> output : session.run(inputs)) {
                outputs.put(output.getKey(), ledger.opened((OnnxTensor) output.getValue()));
            }
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    private LlavaException failed(OrtException cause) {
        return OnnxFailure.of(
                LlavaErrorCode.INTERNAL, "ONNX Runtime: " + file, cause.getMessage(), cause);
    }

    /** What came out, copied. */
    FloatBuffer floats(TensorSignature output) {
        OnnxTensor tensor = outputs.get(output.name());
        ledger.copiedOut(bytes(tensor));
        return tensor.getFloatBuffer();
    }

    /** How large an axis of what came out is. */
    int size(TensorSignature output, int axis) {
        return Math.toIntExact(outputs.get(output.name()).getInfo().getShape()[axis]);
    }

    private static long bytes(OnnxTensor tensor) {
        return tensor.getInfo().getNumElements() * tensor.getInfo().type.size;
    }

    /** Takes over what came out. */
    OnnxTensor take(TensorSignature output) {
        return outputs.remove(output.name());
    }

    @Override
    public void close() {
        owned.forEach(ledger::close);
        outputs.values().forEach(ledger::close);
        owned.clear();
        outputs.clear();
    }

    private interface Maker {
        OnnxTensor make() throws OrtException;
    }
}
