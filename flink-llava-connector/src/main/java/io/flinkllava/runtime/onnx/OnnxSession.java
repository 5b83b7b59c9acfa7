package io.flinkllava.runtime.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import com.sun.jna.Pointer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.MappedMemory;
import io.flinkllava.runtime.checkpoint.WeightTensor;
import io.flinkllava.runtime.checkpoint.Weights;
import io.flinkllava.runtime.graph.OnnxGraph;
import io.flinkllava.runtime.memory.NativeLedger;
import io.flinkllava.runtime.memory.NativeLedger.Kind;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A loaded graph with its weights, which it copied: the checkpoint's files are not needed any more.
 */
final class OnnxSession implements AutoCloseable {

    /** Where ONNX Runtime looks for the files that a graph names. */
    private static final String FOLDER = "session.model_external_initializers_file_folder_path";

    private final OrtSession session;

    private OnnxSession(OrtSession session) {
        this.session = session;
        NativeLedger.opened(Kind.SESSION);
    }

    static OnnxSession load(
            OrtEnvironment environment, OnnxDevice device, OnnxGraph graph, Weights weights) {
        Map<String, OnnxTensorLike> initializers = new HashMap<>();
        List<ByteBuffer> mapped = new ArrayList<>();
        Set<Path> folders = new HashSet<>();
        try (SessionOptions options = device.sessionOptions()) {
            for (WeightTensor tensor : graph.weights()) {
                if (!weights.canMap(tensor)) {
                    folders.add(tensor.realFile().getParent());
                    continue;
                }
                ByteBuffer bytes = weights.map(tensor);
                mapped.add(bytes);
                initializers.put(tensor.name(), tensor(environment, tensor, bytes));
            }
            for (Path folder : folders) {
                options.addConfigEntry(FOLDER, folder.toString());
            }
            options.addExternalInitializers(initializers);
            return new OnnxSession(environment.createSession(graph.model().toByteArray(), options));
        } catch (OrtException e) {
            throw OnnxFailure.of(
                    LlavaErrorCode.MODEL,
                    "ONNX Runtime cannot load the model on " + device.device(),
                    e.getMessage(),
                    e);
        } finally {
            initializers.values().forEach(OnnxTensorLike::close);
            mapped.forEach(MappedMemory::release);
        }
    }

    private static OnnxTensor tensor(
            OrtEnvironment environment, WeightTensor tensor, ByteBuffer bytes) throws OrtException {
        long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
        OnnxJavaType type =
                switch (tensor.dtype()) {
                    case F32 -> OnnxJavaType.FLOAT;
                    case F16 -> OnnxJavaType.FLOAT16;
                    case BF16 -> OnnxJavaType.BFLOAT16;
                    case I8 -> OnnxJavaType.INT8;
                    case U8 -> OnnxJavaType.UINT8;
                };
        return OnnxTensor.createTensor(environment, bytes, shape, type);
    }

    Pointer handle() {
        return OrtApi.handle(session);
    }

    @Override
    public void close() {
        NativeLedger.closed(Kind.SESSION);
        try {
            session.close();
        } catch (OrtException e) {
            throw new LlavaException(
                    LlavaErrorCode.INTERNAL, "ONNX Runtime cannot close a session", e);
        }
    }
}
