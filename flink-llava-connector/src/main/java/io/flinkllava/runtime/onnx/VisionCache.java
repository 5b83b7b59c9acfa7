package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.EngineCounters.VisionCounters;
import io.flinkllava.runtime.image.ContentKey;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Keeps what became of the pictures that were seen last, so that a second question about one does
 * not run the tower. Bounded in bytes; what was not asked for longest goes first.
 *
 * <p>Used by one thread, but for {@link #counters}.
 */
final class VisionCache<F extends SharedFeatures> implements AutoCloseable {

    private final long capacity;
    private final Map<ContentKey, F> kept = new LinkedHashMap<>(16, 0.75f, true);
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong hits = new AtomicLong();
    private final AtomicLong misses = new AtomicLong();

    /**
     * Makes an empty cache.
     *
     * @param capacity in bytes; 0 keeps nothing
     */
    VisionCache(long capacity) {
        this.capacity = capacity;
    }

    /**
     * The features of a picture.
     *
     * @param size what they take, in bytes: room for it is made before they are
     * @param encode makes them if they are not here
     * @return the caller's share, to be closed
     */
    F get(ContentKey key, long size, Supplier<F> encode) {
        F known = kept.get(key);
        if (known != null) {
            hits.incrementAndGet();
            known.share();
            return known;
        }
        misses.incrementAndGet();
        if (size > capacity) {
            return encode.get();
        }
        makeRoom(size);
        F made = encode.get();
        bytes.addAndGet(made.bytes());
        kept.put(key, made);
        made.share();
        return made;
    }

    private void makeRoom(long size) {
        Iterator<F> oldest = kept.values().iterator();
        while (bytes.get() + size > capacity) {
            F dropped = oldest.next();
            oldest.remove();
            bytes.addAndGet(-dropped.bytes());
            dropped.close();
        }
    }

    VisionCounters counters() {
        return new VisionCounters(hits.get(), misses.get(), bytes.get());
    }

    /** Drops all; what is still held elsewhere is freed there. */
    @Override
    public void close() {
        kept.values().forEach(SharedFeatures::close);
        kept.clear();
        bytes.set(0);
    }
}
