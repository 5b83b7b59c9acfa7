package io.flinkllava.examples.batch;

import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes answers into one file, in the order of the requests. Must run in one subtask. */
record AnswerSink(String file) implements Sink<AnswerRow> {

    private static final long serialVersionUID = 1L;

    @Override
    public SinkWriter<AnswerRow> createWriter(WriterInitContext context) throws IOException {
        // This writer replaces half characters, which an id may hold; the one of Files would throw.
        OutputStream bytes = Files.newOutputStream(Path.of(file));
        return new Writer(
                new BufferedWriter(new OutputStreamWriter(bytes, StandardCharsets.UTF_8)));
    }

    private record Writer(BufferedWriter out, InputOrder order) implements SinkWriter<AnswerRow> {

        Writer(BufferedWriter out) {
            this(out, new InputOrder());
        }

        @Override
        public void write(AnswerRow answer, Context context) throws IOException {
            order.add(answer);
            for (AnswerRow next = order.poll(); next != null; next = order.poll()) {
                out.write(next.json());
                out.write('\n');
            }
        }

        @Override
        public void flush(boolean endOfInput) throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
