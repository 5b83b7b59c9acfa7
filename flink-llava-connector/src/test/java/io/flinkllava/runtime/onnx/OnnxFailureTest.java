package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.engine.BrokenExecutorException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Messages as ONNX Runtime writes them. */
class OnnxFailureTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Non-zero status code returned while running Mul node. Name:'Mul_8702' Status"
                        + " Message: bfc_arena.cc:368 Failed to allocate memory for requested"
                        + " buffer of size 2830172160",
                "Available memory of 1048576 is smaller than requested bytes of 2097152",
                "CUDA failure 2: out of memory ; GPU=0 ; hostname=tm ; file=cuda_allocator.cc ;"
                        + " line=54 ; expr=cudaMalloc((void**)&p, size);",
                "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0 ; hostname=tm",
                "std::bad_alloc"
            })
    void memoryThatRanOut(String message) {
        assertThat(failure(message))
                .isNotInstanceOf(BrokenExecutorException.class)
                .returns(LlavaErrorCode.CAPACITY, LlavaException::code)
                .hasMessageContaining(message)
                .hasMessageContaining("max-batch-size");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CUDA failure 700: an illegal memory access was encountered ; GPU=0 ; hostname=tm ;"
                        + " expr=cudaStreamSynchronize(stream);",
                "CUDA failure 719: unspecified launch failure ; GPU=0 ; hostname=tm",
                "CUDA failure 100: no CUDA-capable device is detected ; GPU=-1 ; hostname=tm",
                "CUBLAS failure 13: CUBLAS_STATUS_EXECUTION_FAILED ; GPU=0 ; hostname=tm",
            })
    void aDeviceThatIsLost(String message) {
        assertThat(failure(message))
                .isInstanceOf(BrokenExecutorException.class)
                .returns(LlavaErrorCode.UNAVAILABLE, LlavaException::code)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CUDA failure 1: invalid argument ; GPU=0 ; hostname=tm",
                "Got invalid dimensions for input: input_ids",
                "CUDA failure 209: no kernel image is available for execution on the device"
            })
    void anythingElse(String message) {
        assertThat(failure(message))
                .isNotInstanceOf(BrokenExecutorException.class)
                .returns(LlavaErrorCode.INTERNAL, LlavaException::code)
                .hasMessage("ONNX Runtime: " + message);
    }

    private static LlavaException failure(String message) {
        return OnnxFailure.of(LlavaErrorCode.INTERNAL, "ONNX Runtime", message, null);
    }
}
