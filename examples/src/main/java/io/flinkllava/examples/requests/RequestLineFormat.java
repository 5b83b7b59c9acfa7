package io.flinkllava.examples.requests;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.enumerate.NonSplittingRecursiveEnumerator;
import org.apache.flink.connector.file.src.reader.SimpleStreamFormat;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;

/** Lines of a request file with their numbers; one file is one split, so one reader counts. */
final class RequestLineFormat extends SimpleStreamFormat<RequestLine> {

    private static final long serialVersionUID = 1L;

    /** A bounded source of one file, whatever its name. */
    static FileSource<RequestLine> source(java.nio.file.Path file) {
        return FileSource.forRecordStreamFormat(
                        new RequestLineFormat(), new Path(file.toAbsolutePath().toUri()))
                // The usual enumerator passes over names that begin with '.' or '_'.
                .setFileEnumerator(() -> new NonSplittingRecursiveEnumerator(any -> true))
                .build();
    }

    @Override
    public Reader<RequestLine> createReader(Configuration config, FSDataInputStream stream) {
        return new RequestLineReader(stream);
    }

    @Override
    public TypeInformation<RequestLine> getProducedType() {
        return TypeInformation.of(RequestLine.class);
    }
}
