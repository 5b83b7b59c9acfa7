package io.flinkllava.flink.files;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;

import io.flinkllava.flink.pictures.LimitedBytes;

import java.util.Objects;

/**
 * One file, one record, for Flink's {@link org.apache.flink.connector.file.src.FileSource}. Most
 * jobs want {@link PictureFiles}, which also chooses the files.
 *
 * @param content whether files are opened at all
 * @param maxBytes size of a file that is still read, from 1 to {@link LimitedBytes#LARGEST}
 * @param unreadable what becomes of the others
 */
public record PictureFileFormat(boolean content, int maxBytes, UnreadableFiles unreadable)
        implements BulkFormat<PictureFile, FileSourceSplit> {

    public PictureFileFormat {
        var unused = new LimitedBytes(maxBytes); // Refuses what is no limit.
        Objects.requireNonNull(unreadable, "unreadable");
    }

    @Override
    public Reader<PictureFile> createReader(Configuration config, FileSourceSplit split) {
        return new PictureFileReader(this, split);
    }

    @Override
    public Reader<PictureFile> restoreReader(Configuration config, FileSourceSplit split) {
        PictureFileReader reader = new PictureFileReader(this, split);
        if (split.getReaderPosition()
                .map(CheckpointedPosition::getRecordsAfterOffset)
                .filter(records -> records > 0)
                .isPresent()) {
            reader.finish();
        }
        return reader;
    }

    /** A picture cannot be read in parts. */
    @Override
    public boolean isSplittable() {
        return false;
    }

    @Override
    public TypeInformation<PictureFile> getProducedType() {
        return Types.POJO(PictureFile.class);
    }
}
