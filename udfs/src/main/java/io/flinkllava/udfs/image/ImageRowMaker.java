package io.flinkllava.udfs.image;

import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;

import io.flinkllava.flink.files.PictureFile;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.PictureInfo;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * Makes the row of a file, or none.
 *
 * @param columns those that the query uses
 */
record ImageRowMaker(ImageFormatSettings settings, List<ImageColumn> columns)
        implements Serializable {

    /** Whether files have to be opened: whether there is a row must not depend on the query. */
    boolean needsContent() {
        return !columns.isEmpty() || settings.onError() != OnError.NULL;
    }

    /**
     * The row of a file.
     *
     * @throws LlavaException with code INPUT if the file is to fail the job
     */
    Optional<RowData> make(PictureFile file) {
        if (!needsContent()) {
            return Optional.of(new GenericRowData(0));
        }
        Picture picture = look(file);
        if (picture.error() == null) {
            return Optional.of(row(picture));
        }
        return switch (settings.onError()) {
            case NULL -> Optional.of(row(picture));
            case SKIP -> Optional.empty();
            case FAIL ->
                    throw LlavaException.input(
                            file.path()
                                    + ": "
                                    + picture.error()
                                    + ". 'image.on-error' may be 'null' or 'skip' instead of"
                                    + " 'fail'");
        };
    }

    private Picture look(PictureFile file) {
        if (file.problem() != null) {
            return new Picture(null, null, file.problem());
        }
        try {
            PictureInfo info = PictureInfo.of(file.content());
            long pixels = (long) info.width() * info.height();
            return pixels > settings.maxPixels()
                    ? new Picture(null, null, tooLarge(info))
                    : new Picture(file.content(), info, null);
        } catch (LlavaException e) {
            return new Picture(null, null, e.getMessage());
        }
    }

    private String tooLarge(PictureInfo info) {
        return "The picture has %d x %d pixels, the limit is %d in all ('image.max-pixels')"
                .formatted(info.width(), info.height(), settings.maxPixels());
    }

    private RowData row(Picture picture) {
        GenericRowData row = new GenericRowData(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            row.setField(i, columns.get(i).valueOf(picture));
        }
        return row;
    }
}
