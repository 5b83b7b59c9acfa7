package io.flinkllava.examples.requests;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class RequestLineReaderTest {

    @Test
    void countsLinesAndSkipsBlankOnes() throws IOException {
        assertThat(read("a\n\n  \r\nb\r\n\nc"))
                .extracting(line -> line.number() + line.text().strip())
                .containsExactly("1a", "4b", "6c");
    }

    @Test
    void skipsByteOrderMarkOfTheFileOnly() throws IOException {
        assertThat(read("\uFEFFa\n\uFEFFb"))
                .extracting(RequestLine::text)
                .containsExactly("a", "\uFEFFb");
    }

    @Test
    void readsNothingFromAnEmptyFile() throws IOException {
        assertThat(read("")).isEmpty();
        assertThat(read("\uFEFF\n\n")).isEmpty();
    }

    @Test
    void goesOnAfterALineThatIsTooLong() throws IOException {
        String longest = "x".repeat(RequestLineReader.MAX_LINE_BYTES);

        List<RequestLine> lines = read(longest + "\n" + longest + "y\nb");

        assertThat(lines).extracting(RequestLine::number).containsExactly(1L, 2L, 3L);
        assertThat(lines.get(0).text()).isEqualTo(longest);
        assertThat(lines.get(1)).isEqualTo(new RequestLine(2, "", "longer than 1048576 bytes"));
        assertThat(lines.get(2).text()).isEqualTo("b");
    }

    @Test
    void goesOnAfterALineThatIsNotUtf8() throws IOException {
        byte[] latin = {'a', '\n', (byte) 0xE4, '\n', 'b'};

        assertThat(read(latin))
                .containsExactly(
                        new RequestLine(1, "a", ""),
                        new RequestLine(2, "", "not UTF-8 text"),
                        new RequestLine(3, "b", ""));
    }

    private static List<RequestLine> read(String text) throws IOException {
        return read(text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<RequestLine> read(byte[] bytes) throws IOException {
        List<RequestLine> lines = new ArrayList<>();
        try (RequestLineReader reader = new RequestLineReader(new ByteArrayInputStream(bytes))) {
            for (RequestLine line = reader.read(); line != null; line = reader.read()) {
                lines.add(line);
            }
        }
        return lines;
    }
}
