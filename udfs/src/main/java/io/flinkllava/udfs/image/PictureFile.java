package io.flinkllava.udfs.image;

import io.flinkllava.runtime.image.ImageHeader;

/**
 * What was found in a file: content and header, or an error.
 *
 * @param content null beside an error
 * @param header null beside an error
 * @param error null beside content
 */
record PictureFile(byte[] content, ImageHeader header, String error) {}
