package io.flinkllava.flink.pictures;

import java.io.IOException;

/** One kind of place where pictures are. Thread-safe. */
interface PicturePlace {

    /**
     * Reads the picture, on the calling thread.
     *
     * @throws io.flinkllava.runtime.LlavaException if the reference is at fault, or the other side
     * @throws IOException if something outside failed that may come back
     */
    byte[] read(Reading reading) throws IOException;
}
