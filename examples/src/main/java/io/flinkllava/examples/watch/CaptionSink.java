package io.flinkllava.examples.watch;

import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Writes captions to the log at once, and to the page a few times a second. Must run in one
 * subtask.
 *
 * @param folder of both
 */
record CaptionSink(String folder) implements Sink<Captioned> {

    static final String LOG = "captions.jsonl";

    private static final long serialVersionUID = 1L;
    private static final Duration PAGE_EVERY = Duration.ofMillis(300);

    @Override
    public SinkWriter<Captioned> createWriter(WriterInitContext context) throws IOException {
        Path place = Path.of(folder);
        LivePage page = new LivePage(place);
        CaptionLog.read(place.resolve(LOG), page::add);
        page.write();
        Writer writer =
                new Writer(
                        new CaptionLog(place.resolve(LOG)),
                        page,
                        context.getProcessingTimeService());
        writer.renewLater();
        return writer;
    }

    private record Writer(CaptionLog log, LivePage page, ProcessingTimeService time)
            implements SinkWriter<Captioned> {

        void renewLater() {
            var unused =
                    time.registerTimer(
                            time.getCurrentProcessingTime() + PAGE_EVERY.toMillis(),
                            now -> {
                                page.write();
                                renewLater();
                            });
        }

        @Override
        public void write(Captioned caption, Context context) throws IOException {
            log.add(caption);
            page.add(caption);
        }

        @Override
        public void flush(boolean endOfInput) throws IOException {
            page.write();
        }

        @Override
        public void close() throws IOException {
            page.write();
            log.close();
        }
    }
}
