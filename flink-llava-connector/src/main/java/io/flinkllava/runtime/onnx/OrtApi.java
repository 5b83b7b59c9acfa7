package io.flinkllava.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtSession;
import com.sun.jna.Function;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.memory.NativeLedger;
import io.flinkllava.runtime.memory.NativeLedger.Kind;

import java.lang.reflect.Field;

/**
 * The few functions of ONNX Runtime's C API that its Java binding lacks: memory on the device,
 * values over memory that we own, and I/O binding. Without them every output travels to the host at
 * every step.
 *
 * <p>The API is a table of functions that only grows ({@code onnxruntime_c_api.h}: "append-only"),
 * so the indexes below hold for every version since 1.8. Where the Java binding keeps the table's
 * address is its own affair: {@link #load} fails with a clear message when that moves.
 *
 * <p>Thread-safe. Every pointer it returns has one owner, which releases it here.
 */
final class OrtApi {

    private static final int GET_ERROR_MESSAGE = 2;
    private static final int CREATE_ENV = 3;
    private static final int CREATE_TENSOR_WITH_DATA = 49;
    private static final int TENSOR_DATA = 51;
    private static final int CREATE_MEMORY_INFO = 68;
    private static final int ALLOCATOR_ALLOC = 75;
    private static final int ALLOCATOR_FREE = 76;
    private static final int RELEASE_STATUS = 93;
    private static final int RELEASE_MEMORY_INFO = 94;
    private static final int RELEASE_VALUE = 96;
    private static final int CREATE_ALLOCATOR = 131;
    private static final int RELEASE_ALLOCATOR = 132;
    private static final int RUN_WITH_BINDING = 133;
    private static final int CREATE_IO_BINDING = 134;
    private static final int RELEASE_IO_BINDING = 135;
    private static final int BIND_INPUT = 136;
    private static final int BIND_OUTPUT = 137;
    private static final int FUNCTIONS = 138;

    /** {@code OrtDeviceAllocator}. */
    private static final int DEVICE_ALLOCATOR = 0;

    /** {@code ORT_LOGGING_LEVEL_WARNING}. */
    private static final int LOG_WARNINGS = 2;

    /** {@code OrtMemTypeDefault}. */
    private static final int DEFAULT_MEMORY = 0;

    private final Function[] functions = new Function[FUNCTIONS];

    private OrtApi(Pointer table) {
        for (int i = 0; i < FUNCTIONS; i++) {
            Pointer address = table.getPointer((long) i * com.sun.jna.Native.POINTER_SIZE);
            functions[i] = Function.getFunction(address);
        }
    }

    /** Finds the table; an environment must exist. */
    static OrtApi load() {
        try {
            Field handle =
                    Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("ortApiHandle");
            handle.setAccessible(true);
            long address = handle.getLong(null);
            if (address == 0) {
                throw new IllegalStateException("the table's address is not set");
            }
            return new OrtApi(new Pointer(address));
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw moved("OnnxRuntime.ortApiHandle", e);
        }
    }

    /**
     * Takes a share of the process's environment and never gives it back: environments are counted.
     * The Java binding gives its own back in a shutdown hook, which would otherwise pull the
     * environment from under a step that still runs.
     */
    void keepEnvironment() {
        call(CREATE_ENV, LOG_WARNINGS, "flink-llava", new PointerByReference());
    }

    /** The native session behind the Java one, which stays its owner. */
    static Pointer handle(OrtSession session) {
        try {
            Field handle = OrtSession.class.getDeclaredField("nativeHandle");
            handle.setAccessible(true);
            return new Pointer(handle.getLong(session));
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw moved("OrtSession.nativeHandle", e);
        }
    }

    /** The native tensor behind a Java one, which stays its owner. */
    private static Pointer handle(OnnxTensor tensor) {
        try {
            Field handle = OnnxTensorLike.class.getDeclaredField("nativeHandle");
            handle.setAccessible(true);
            return new Pointer(handle.getLong(tensor));
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw moved("OnnxTensorLike.nativeHandle", e);
        }
    }

    private static LlavaException moved(String field, Exception cause) {
        return new LlavaException(
                LlavaErrorCode.INTERNAL,
                "This version of ONNX Runtime keeps "
                        + field
                        + " elsewhere ("
                        + cause.getMessage()
                        + "): use the version that this project is built with",
                cause);
    }

    /** A description of memory: {@code Cpu}, or {@code Cuda} with the GPU's index. */
    Pointer createMemoryInfo(String name, int deviceIndex) {
        return created(
                Kind.MEMORY_INFO,
                CREATE_MEMORY_INFO,
                name,
                DEVICE_ALLOCATOR,
                deviceIndex,
                DEFAULT_MEMORY);
    }

    void releaseMemoryInfo(Pointer memoryInfo) {
        release(Kind.MEMORY_INFO, RELEASE_MEMORY_INFO, memoryInfo);
    }

    Pointer createAllocator(Pointer session, Pointer memoryInfo) {
        return created(Kind.ALLOCATOR, CREATE_ALLOCATOR, session, memoryInfo);
    }

    void releaseAllocator(Pointer allocator) {
        release(Kind.ALLOCATOR, RELEASE_ALLOCATOR, allocator);
    }

    /** Takes memory without clearing it, so that pages that are never used are never resident. */
    Pointer allocate(Pointer allocator, long bytes) {
        PointerByReference memory = new PointerByReference();
        call(ALLOCATOR_ALLOC, allocator, bytes, memory);
        NativeLedger.allocated(Pointer.nativeValue(memory.getValue()), bytes);
        return memory.getValue();
    }

    void free(Pointer allocator, Pointer memory) {
        NativeLedger.freed(Pointer.nativeValue(memory));
        call(ALLOCATOR_FREE, allocator, memory);
    }

    /** A tensor over memory that the caller owns and keeps until the value is released. */
    Pointer createTensor(
            Pointer memoryInfo, Pointer data, long bytes, ElementType type, long... shape) {
        return created(
                Kind.TENSOR,
                CREATE_TENSOR_WITH_DATA,
                memoryInfo,
                data,
                bytes,
                shape.length == 0 ? null : shape,
                (long) shape.length,
                type.onnx());
    }

    /** Where the elements of an open tensor are. */
    Pointer elements(OnnxTensor tensor) {
        PointerByReference result = new PointerByReference();
        call(TENSOR_DATA, handle(tensor), result);
        return result.getValue();
    }

    void releaseValue(Pointer value) {
        release(Kind.TENSOR, RELEASE_VALUE, value);
    }

    Pointer createBinding(Pointer session) {
        return created(Kind.BINDING, CREATE_IO_BINDING, session);
    }

    void releaseBinding(Pointer binding) {
        release(Kind.BINDING, RELEASE_IO_BINDING, binding);
    }

    void bindInput(Pointer binding, Pointer name, Pointer value) {
        call(BIND_INPUT, binding, name, value);
    }

    void bindOutput(Pointer binding, Pointer name, Pointer value) {
        call(BIND_OUTPUT, binding, name, value);
    }

    /** Runs the session and waits for it. */
    void run(Pointer session, Pointer binding) {
        call(RUN_WITH_BINDING, session, null, binding);
    }

    /** Calls a function whose last argument receives what it made. */
    private Pointer created(Kind kind, int index, Object... arguments) {
        PointerByReference result = new PointerByReference();
        Object[] all = java.util.Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = result;
        call(index, all);
        NativeLedger.opened(kind);
        return result.getValue();
    }

    private void release(Kind kind, int index, Pointer pointer) {
        NativeLedger.closed(kind);
        release(index, pointer);
    }

    private void release(int index, Pointer pointer) {
        functions[index].invokeVoid(new Object[] {pointer});
    }

    /** Calls a function that returns an {@code OrtStatus*}, null if all is well. */
    private void call(int index, Object... arguments) {
        Pointer status = functions[index].invokePointer(arguments);
        if (status != null) {
            String message =
                    functions[GET_ERROR_MESSAGE].invokePointer(new Object[] {status}).getString(0);
            release(RELEASE_STATUS, status);
            throw OnnxFailure.of(LlavaErrorCode.INTERNAL, "ONNX Runtime", message, null);
        }
    }
}
