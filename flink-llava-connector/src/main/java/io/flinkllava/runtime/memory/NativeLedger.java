package io.flinkllava.runtime.memory;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the native objects of all models of this process, so that what is left when the last one
 * is closed shows. Each owner enters what it opens and what it closes.
 *
 * <p>Thread-safe.
 */
public final class NativeLedger {

    /** What has to be closed. */
    public enum Kind {
        SESSION,
        BINDING,
        TENSOR,
        ALLOCATOR,
        MEMORY_INFO,
        /** A piece of device or host memory, which counts with its bytes as well. */
        MEMORY,
        TOKENIZER
    }

    private static final Map<Kind, AtomicLong> LIVE = new EnumMap<>(Kind.class);
    private static final Map<Long, Long> BYTES_AT = new ConcurrentHashMap<>();
    private static final AtomicLong BYTES = new AtomicLong();

    static {
        for (Kind kind : Kind.values()) {
            LIVE.put(kind, new AtomicLong());
        }
    }

    private NativeLedger() {}

    public static void opened(Kind kind) {
        LIVE.get(kind).incrementAndGet();
    }

    public static void closed(Kind kind) {
        LIVE.get(kind).decrementAndGet();
    }

    /** Enters memory by its address, which nothing else has until it is freed. */
    public static void allocated(long address, long bytes) {
        opened(Kind.MEMORY);
        BYTES_AT.put(address, bytes);
        BYTES.addAndGet(bytes);
    }

    /** To be called before the memory is given back: the next owner may be given it at once. */
    public static void freed(long address) {
        closed(Kind.MEMORY);
        Long bytes = BYTES_AT.remove(address);
        BYTES.addAndGet(bytes == null ? 0 : -bytes);
    }

    /** What is open now. */
    public static Balance balance() {
        Map<Kind, Long> objects = new EnumMap<>(Kind.class);
        LIVE.forEach((kind, count) -> objects.put(kind, count.get()));
        return new Balance(objects, BYTES.get());
    }

    /**
     * What is open at one moment.
     *
     * @param objects of each kind
     * @param bytes memory taken for KV caches, features and scratch; the weights within a session
     *     are not counted
     */
    public record Balance(Map<Kind, Long> objects, long bytes) {

        public Balance {
            objects = Map.copyOf(objects);
        }
    }
}
