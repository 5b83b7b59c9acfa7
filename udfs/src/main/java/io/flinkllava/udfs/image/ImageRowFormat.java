package io.flinkllava.udfs.image;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.connector.file.src.util.SingletonResultIterator;
import org.apache.flink.table.data.RowData;

import io.flinkllava.flink.files.PictureFile;
import io.flinkllava.flink.files.PictureFileFormat;
import io.flinkllava.flink.files.UnreadableFiles;

import java.io.IOException;
import java.util.Optional;

/**
 * One file, one row or none: reads as {@link PictureFileFormat} does.
 *
 * @param type of the rows that {@code maker} makes
 */
record ImageRowFormat(ImageRowMaker maker, TypeInformation<RowData> type)
        implements BulkFormat<RowData, FileSourceSplit> {

    private PictureFileFormat files() {
        return new PictureFileFormat(
                maker.needsContent(), maker.settings().maxBytes(), UnreadableFiles.WITHOUT_CONTENT);
    }

    @Override
    public Reader<RowData> createReader(Configuration configuration, FileSourceSplit split) {
        return new RowReader(maker, files().createReader(configuration, split));
    }

    @Override
    public Reader<RowData> restoreReader(Configuration configuration, FileSourceSplit split) {
        return new RowReader(maker, files().restoreReader(configuration, split));
    }

    @Override
    public boolean isSplittable() {
        return files().isSplittable();
    }

    @Override
    public TypeInformation<RowData> getProducedType() {
        return type;
    }

    private record RowReader(ImageRowMaker maker, Reader<PictureFile> files)
            implements Reader<RowData> {

        @Override
        public RecordIterator<RowData> readBatch() throws IOException {
            RecordIterator<PictureFile> file = files.readBatch();
            if (file == null) {
                return null;
            }
            Optional<RowData> row = maker.make(file.next().getRecord());
            file.releaseBatch();
            return row.map(RowReader::alone).orElse(null);
        }

        private static RecordIterator<RowData> alone(RowData row) {
            SingletonResultIterator<RowData> iterator = new SingletonResultIterator<>();
            iterator.set(row, CheckpointedPosition.NO_OFFSET, 1);
            return iterator;
        }

        @Override
        public void close() throws IOException {
            files.close();
        }
    }
}
