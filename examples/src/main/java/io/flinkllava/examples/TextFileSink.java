package io.flinkllava.examples;

import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes texts into one file, in UTF-8. Must run in one subtask, in a job that does not restart: it
 * begins anew each time.
 *
 * @param head what the file begins with
 * @param separator what stands between two texts
 * @param tail what the file ends with
 */
public record TextFileSink(String file, String head, String separator, String tail)
        implements Sink<String> {

    private static final long serialVersionUID = 1L;

    /** Every text is a line. */
    public static TextFileSink lines(Path file) {
        return new TextFileSink(file.toString(), "", "\n", "");
    }

    /** Every text is an element of one JSON array. */
    public static TextFileSink jsonArray(Path file) {
        return new TextFileSink(file.toString(), "[\n", ",\n", "]\n");
    }

    @Override
    public SinkWriter<String> createWriter(WriterInitContext context) throws IOException {
        // This writer replaces half characters, which texts may hold; the one of Files would throw.
        BufferedWriter out =
                new BufferedWriter(
                        new OutputStreamWriter(
                                Files.newOutputStream(Path.of(file)), StandardCharsets.UTF_8));
        out.write(head);
        return new Writer(this, out);
    }

    private static final class Writer implements SinkWriter<String> {

        private final TextFileSink form;
        private final BufferedWriter out;
        private boolean any;

        Writer(TextFileSink form, BufferedWriter out) {
            this.form = form;
            this.out = out;
        }

        @Override
        public void write(String text, Context context) throws IOException {
            if (any) {
                out.write(form.separator);
            }
            out.write(text);
            any = true;
        }

        @Override
        public void flush(boolean endOfInput) throws IOException {
            if (endOfInput) {
                out.write(any ? "\n" + form.tail : form.tail);
            }
            out.flush();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
