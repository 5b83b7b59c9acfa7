package io.flinkllava.runtime.image;

import java.io.IOException;

/**
 * Reads one format. Stateless and thread-safe; bytes are hostile, so any unchecked exception counts
 * as a broken picture too.
 */
interface PictureReader {

    /** Reads the header; takes no memory that the header's numbers ask for. */
    PictureHeader header(byte[] encoded) throws IOException;

    /**
     * Decodes the pixels as stored, not turned. Called after the header was found to be within the
     * limits.
     *
     * @throws IOException if the picture is broken or ends early
     */
    RgbImage pixels(byte[] encoded, PictureHeader header) throws IOException;
}
