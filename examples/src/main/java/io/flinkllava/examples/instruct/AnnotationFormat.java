package io.flinkllava.examples.instruct;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.enumerate.NonSplittingRecursiveEnumerator;
import org.apache.flink.connector.file.src.reader.SimpleStreamFormat;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Flink's view of {@link AnnotationFile}. */
final class AnnotationFormat extends SimpleStreamFormat<PictureFacts> {

    private static final long serialVersionUID = 1L;

    private final Map<Integer, String> categories;

    private AnnotationFormat(Map<Integer, String> categories) {
        this.categories = categories;
    }

    /** A bounded source of some files. */
    static FileSource<PictureFacts> source(
            List<java.nio.file.Path> files, Map<Integer, String> categories) {
        return FileSource.forRecordStreamFormat(
                        new AnnotationFormat(categories),
                        files.stream()
                                .map(file -> new Path(file.toAbsolutePath().toUri()))
                                .toArray(Path[]::new))
                .setFileEnumerator(() -> new NonSplittingRecursiveEnumerator(any -> true))
                .build();
    }

    @Override
    public Reader<PictureFacts> createReader(Configuration config, FSDataInputStream stream)
            throws IOException {
        AnnotationFile file = new AnnotationFile(stream, categories);
        return new Reader<>() {
            @Override
            public PictureFacts read() throws IOException {
                return file.read();
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        };
    }

    @Override
    public TypeInformation<PictureFacts> getProducedType() {
        return TypeInformation.of(PictureFacts.class);
    }
}
