package io.flinkllava.examples;

import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;

/**
 * Writes texts as lines of a local file, each at once. A job that is restored cuts the file to the
 * length that it had at the checkpoint, so each text is there once in the end, and refuses one that
 * is shorter. A job that is not begins the file anew. Must run in one subtask.
 */
public record LineLogSink(String file) implements Sink<String>, SupportsWriterState<String, Long> {

    private static final long serialVersionUID = 1L;

    @Override
    public StatefulSinkWriter<String, Long> createWriter(WriterInitContext context)
            throws IOException {
        return open(0);
    }

    @Override
    public StatefulSinkWriter<String, Long> restoreWriter(
            WriterInitContext context, Collection<Long> lengths) throws IOException {
        return open(lengths.stream().mapToLong(Long::longValue).max().orElse(0));
    }

    private Writer open(long length) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        Path.of(file), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.size() < length) {
            channel.close();
            throw new IOException(
                    file
                            + " is shorter than it was when the state was kept: bring it back, or"
                            + " begin anew without that state");
        }
        channel.truncate(length).position(length);
        return new Writer(channel);
    }

    @Override
    public SimpleVersionedSerializer<Long> getWriterStateSerializer() {
        return new LengthSerializer();
    }

    private record Writer(FileChannel channel) implements StatefulSinkWriter<String, Long> {

        @Override
        public void write(String text, Context context) throws IOException {
            ByteBuffer line = StandardCharsets.UTF_8.encode(text + "\n");
            while (line.hasRemaining()) {
                channel.write(line);
            }
        }

        @Override
        public List<Long> snapshotState(long checkpointId) throws IOException {
            return List.of(channel.position());
        }

        @Override
        public void flush(boolean endOfInput) throws IOException {
            channel.force(false);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private static final class LengthSerializer implements SimpleVersionedSerializer<Long> {

        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(Long length) {
            return ByteBuffer.allocate(Long.BYTES).putLong(length).array();
        }

        @Override
        public Long deserialize(int version, byte[] bytes) {
            return ByteBuffer.wrap(bytes).getLong();
        }
    }
}
