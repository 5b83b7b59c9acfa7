package io.flinkllava.udfs.image;

import io.flinkllava.runtime.PictureInfo;

/**
 * What was found in a file: a picture, or why it is none that can be used.
 *
 * @param content null beside an error
 * @param info null beside an error
 * @param error null beside content
 */
record Picture(byte[] content, PictureInfo info, String error) {}
