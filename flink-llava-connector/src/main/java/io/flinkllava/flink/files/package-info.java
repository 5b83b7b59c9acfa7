/**
 * Folders of pictures as a source of records, one for each file.
 *
 * <p>Start at {@link io.flinkllava.flink.files.PictureFiles}.
 */
package io.flinkllava.flink.files;
