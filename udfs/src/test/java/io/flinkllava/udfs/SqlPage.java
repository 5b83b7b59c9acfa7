package io.flinkllava.udfs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** {@code docs/sql.md}. */
final class SqlPage {

    private static final Pattern BLOCK = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL);
    private static final Pattern STATEMENT = Pattern.compile(";\\s*(\n|$)");

    private SqlPage() {}

    static String text() {
        for (Path folder = Path.of("").toAbsolutePath();
                folder != null;
                folder = folder.getParent()) {
            Path page = folder.resolve("docs/sql.md");
            if (Files.exists(page)) {
                try {
                    return Files.readString(page);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        throw new IllegalStateException("No docs/sql.md");
    }

    /** Its statements, in their order. */
    static List<String> statements() {
        return BLOCK.matcher(text())
                .results()
                .map((MatchResult block) -> block.group(1))
                .flatMap(block -> Stream.of(STATEMENT.split(block)))
                .map(String::strip)
                .filter(statement -> !statement.isEmpty())
                .toList();
    }

    /** What stands between two comments. */
    static String between(String begin, String end) {
        String text = text();
        int from = text.indexOf(begin) + begin.length();
        return text.substring(from, text.indexOf(end, from)).strip();
    }
}
