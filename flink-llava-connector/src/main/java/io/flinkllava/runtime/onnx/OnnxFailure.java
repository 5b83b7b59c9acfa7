package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.engine.BrokenExecutorException;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells apart what ONNX Runtime fails with: memory that ran out, a device that is lost, and the
 * rest. Its error codes do not say (both are {@code FAIL} or {@code RUNTIME_EXCEPTION}), its
 * messages do: they carry CUDA's own code ({@code cuda_call.cc}: {@code "%s failure %d: %s ;
 * GPU=%d"}) or that of its arena ({@code bfc_arena.cc}).
 */
final class OnnxFailure {

    private static final Pattern OUT_OF_MEMORY =
            Pattern.compile(
                    "Failed to allocate memory|is smaller than requested bytes|bad_?alloc"
                            + "|CUDA failure 2\\b|_STATUS_ALLOC_FAILED|out of memory",
                    Pattern.CASE_INSENSITIVE);

    private static final Pattern CUDA_CODE = Pattern.compile("CUDA failure (\\d+)");

    /** Libraries report with these that the device is lost beneath them. */
    private static final Pattern LIBRARY_FAILED =
            Pattern.compile("_STATUS_(EXECUTION_FAILED|INTERNAL_ERROR|NOT_INITIALIZED)");

    /**
     * Codes of {@code cudaError_t} after which every call fails until the process opens the device
     * anew: no device (46, 100, 101), a lost context (4, 201, 709), broken memory (214, 220, 226),
     * a kernel that went wrong (700, 702, 710, 714 to 719), unknown (999).
     */
    private static final Set<Integer> LOST =
            Set.of(
                    4, 46, 100, 101, 201, 214, 220, 226, 700, 702, 709, 710, 714, 715, 716, 717,
                    718, 719, 999);

    private OnnxFailure() {}

    /**
     * A failure with its code.
     *
     * @param otherwise the code if it is neither memory nor the device
     * @param what who says it
     * @param message of ONNX Runtime
     * @param cause or null
     */
    static LlavaException of(
            LlavaErrorCode otherwise, String what, String message, Throwable cause) {
        String text = what + ": " + message;
        if (OUT_OF_MEMORY.matcher(message).find()) {
            return new LlavaException(
                    LlavaErrorCode.CAPACITY,
                    "The device is out of memory, lower max-batch-size, max-sequence-length or"
                            + " memory-fraction. "
                            + text,
                    cause);
        }
        if (isLost(message)) {
            return new BrokenExecutorException(
                    LlavaErrorCode.UNAVAILABLE, "The device is lost. " + text, cause);
        }
        return new LlavaException(otherwise, text, cause);
    }

    private static boolean isLost(String message) {
        Matcher code = CUDA_CODE.matcher(message);
        return code.find()
                ? LOST.contains(Integer.parseInt(code.group(1)))
                : LIBRARY_FAILED.matcher(message).find();
    }
}
