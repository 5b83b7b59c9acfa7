package io.flinkllava.examples.requests;

import org.apache.flink.connector.file.src.reader.StreamFormat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads UTF-8 lines and counts them. Blank lines and a byte order mark are skipped; a line that is
 * too long or not UTF-8 is reported as defective and never held in memory as a whole.
 */
final class RequestLineReader implements StreamFormat.Reader<RequestLine> {

    static final int MAX_LINE_BYTES = 1 << 20;

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final InputStream in;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private long number;

    RequestLineReader(InputStream in) {
        this.in = new BufferedInputStream(in, 1 << 16);
    }

    @Override
    public RequestLine read() throws IOException {
        while (nextLine()) {
            RequestLine read = decode();
            if (!read.defect().isEmpty() || !read.text().isBlank()) {
                return read;
            }
        }
        return null;
    }

    /** Fills {@link #line} with at most one byte more than allowed; false at the end. */
    private boolean nextLine() throws IOException {
        line.reset();
        int next = in.read();
        if (next < 0) {
            return false;
        }
        number++;
        for (; next >= 0 && next != '\n'; next = in.read()) {
            if (line.size() <= MAX_LINE_BYTES) {
                line.write(next);
            }
        }
        return true;
    }

    private RequestLine decode() {
        if (line.size() > MAX_LINE_BYTES) {
            return new RequestLine(number, "", "longer than " + MAX_LINE_BYTES + " bytes");
        }
        try {
            String text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(line.toByteArray()))
                            .toString();
            boolean marked = number == 1 && text.startsWith(BYTE_ORDER_MARK);
            return new RequestLine(number, marked ? text.substring(1) : text, "");
        } catch (CharacterCodingException e) {
            return new RequestLine(number, "", "not UTF-8 text");
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
