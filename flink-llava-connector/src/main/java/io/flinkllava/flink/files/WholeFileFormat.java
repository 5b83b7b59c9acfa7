package io.flinkllava.flink.files;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.connector.file.src.util.SingletonResultIterator;

import java.io.IOException;
import java.io.Serializable;
import java.util.Objects;
import java.util.Optional;

/**
 * One file, one record: for {@code FileSource.forBulkFileFormat}, bounded or watched continuously.
 *
 * <p>A file is never split. After a failure it is read again, or not at all if its record had
 * already left the source when the checkpoint was taken.
 */
public final class WholeFileFormat<T> implements BulkFormat<T, FileSourceSplit> {

    private static final long serialVersionUID = 1L;

    private final RecordMaker<T> maker;
    private final TypeInformation<T> type;

    /** Makes the record of a file; empty if the file is to be passed over. */
    public interface RecordMaker<T> extends Serializable {

        /**
         * Called once for each file, in the source's own thread.
         *
         * @throws IOException fails the job, which begins again at the last checkpoint
         */
        Optional<T> make(WholeFile file) throws IOException;
    }

    public WholeFileFormat(RecordMaker<T> maker, TypeInformation<T> type) {
        this.maker = Objects.requireNonNull(maker, "maker");
        this.type = Objects.requireNonNull(type, "type");
    }

    @Override
    public Reader<T> createReader(Configuration configuration, FileSourceSplit split) {
        return new OneRecord(split, false);
    }

    @Override
    public Reader<T> restoreReader(Configuration configuration, FileSourceSplit split) {
        return new OneRecord(split, wasRead(split));
    }

    private static boolean wasRead(FileSourceSplit split) {
        return split.getReaderPosition()
                .map(CheckpointedPosition::getRecordsAfterOffset)
                .filter(records -> records > 0)
                .isPresent();
    }

    @Override
    public boolean isSplittable() {
        return false;
    }

    @Override
    public TypeInformation<T> getProducedType() {
        return type;
    }

    private final class OneRecord implements Reader<T> {

        private final FileSourceSplit split;
        private boolean done;

        private OneRecord(FileSourceSplit split, boolean done) {
            this.split = split;
            this.done = done;
        }

        @Override
        public RecordIterator<T> readBatch() throws IOException {
            if (done) {
                return null;
            }
            done = true;
            return maker.make(WholeFile.of(split)).map(OneRecord::alone).orElse(null);
        }

        private static <T> RecordIterator<T> alone(T record) {
            SingletonResultIterator<T> iterator = new SingletonResultIterator<>();
            iterator.set(record, CheckpointedPosition.NO_OFFSET, 1);
            return iterator;
        }

        @Override
        public void close() {}
    }
}
