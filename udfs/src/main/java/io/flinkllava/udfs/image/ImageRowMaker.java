package io.flinkllava.udfs.image;

import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;

import io.flinkllava.flink.files.WholeFile;
import io.flinkllava.flink.files.WholeFileFormat;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.image.ImageDecoder;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Makes the row of a file, with the columns that the query uses. */
final class ImageRowMaker implements WholeFileFormat.RecordMaker<RowData> {

    private static final long serialVersionUID = 1L;

    private final ImageFormatSettings settings;
    private final List<ImageColumn> columns;

    ImageRowMaker(ImageFormatSettings settings, List<ImageColumn> columns) {
        this.settings = settings;
        this.columns = columns;
    }

    @Override
    public Optional<RowData> make(WholeFile file) throws IOException {
        // Whether there is a row must not depend on what a query selects.
        if (columns.isEmpty() && settings.onError() == OnError.NULL) {
            return Optional.of(new GenericRowData(0));
        }
        PictureFile picture = read(file);
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

    private PictureFile read(WholeFile file) throws IOException {
        try {
            byte[] content = file.read(settings.limits().maxImageBytes());
            return new PictureFile(
                    content, new ImageDecoder(settings.limits()).header(content), null);
        } catch (LlavaException e) {
            if (e.code() != LlavaErrorCode.INPUT) {
                throw e;
            }
            return new PictureFile(null, null, e.getMessage());
        }
    }

    private RowData row(PictureFile picture) {
        GenericRowData row = new GenericRowData(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            row.setField(i, columns.get(i).valueOf(picture));
        }
        return row;
    }
}
