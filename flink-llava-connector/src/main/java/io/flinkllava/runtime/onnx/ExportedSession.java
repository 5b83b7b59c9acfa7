package io.flinkllava.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.memory.NativeLedger;
import io.flinkllava.runtime.memory.NativeLedger.Kind;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An exported graph, loaded from its file so that ONNX Runtime finds the external data beside it.
 *
 * <p>Owns the session.
 */
final class ExportedSession implements AutoCloseable {

    private final Path file;
    private final OrtSession session;
    private final HostTensors tensors;
    private final Map<String, TensorSignature> inputs;
    private final Map<String, TensorSignature> outputs;

    private ExportedSession(Path file, OrtSession session, HostTensors tensors)
            throws OrtException {
        this.file = file;
        this.session = session;
        this.tensors = tensors;
        this.inputs = TensorSignature.all(file, "input", session.getInputInfo());
        this.outputs = TensorSignature.all(file, "output", session.getOutputInfo());
        NativeLedger.opened(Kind.SESSION);
    }

    static ExportedSession load(
            OrtEnvironment environment, OnnxDevice device, Path file, HostTensors tensors) {
        try (SessionOptions options = device.sessionOptions()) {
            OrtSession session = environment.createSession(file.toString(), options);
            try {
                return new ExportedSession(file, session, tensors);
            } catch (RuntimeException | Error | OrtException e) {
                session.close();
                throw e;
            }
        } catch (OrtException e) {
            throw new LlavaException(
                    LlavaErrorCode.MODEL,
                    file
                            + ": ONNX Runtime cannot load it on "
                            + device.device()
                            + ": "
                            + e.getMessage()
                            + ". If the folder was cloned without Git LFS, run git lfs pull; check"
                            + " that its *.onnx_data lie beside it",
                    e);
        }
    }

    /** What a graph takes in files, its external data included. */
    static long bytes(Path file) {
        String name = file.getFileName().toString();
        try (Stream<Path> files = Files.list(file.toAbsolutePath().getParent())) {
            long bytes = 0;
            for (Path part : files.toList()) {
                if (part.getFileName().toString().startsWith(name)) {
                    bytes += Files.size(part);
                }
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path file() {
        return file;
    }

    Map<String, TensorSignature> inputs() {
        return inputs;
    }

    Map<String, TensorSignature> outputs() {
        return outputs;
    }

    /** The only input, whatever it is called. */
    TensorSignature onlyInput() {
        return only("input", inputs, Optional.empty());
    }

    /** The output of a name, or the only one whatever it is called. */
    TensorSignature output(String name) {
        return only("output", outputs, Optional.of(name));
    }

    private TensorSignature only(
            String role, Map<String, TensorSignature> all, Optional<String> name) {
        if (name.isPresent() && all.containsKey(name.get())) {
            return all.get(name.get());
        }
        if (all.size() != 1) {
            throw LlavaException.model(
                    file
                            + ": the "
                            + role
                            + "s are "
                            + all.keySet()
                            + ", there must be one"
                            + name.map(wanted -> ", or one called " + wanted).orElse("")
                            + ". Export the model again in the layout of transformers.js");
        }
        return all.values().iterator().next();
    }

    /** Starts to put the inputs of a run together. */
    ExportedRun prepare() {
        return new ExportedRun(file, session, tensors);
    }

    @Override
    public void close() {
        NativeLedger.closed(Kind.SESSION);
        try {
            session.close();
        } catch (OrtException e) {
            throw new LlavaException(
                    LlavaErrorCode.INTERNAL, "ONNX Runtime cannot close " + file, e);
        }
    }
}
