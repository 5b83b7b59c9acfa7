package io.flinkllava.udfs.image;

import org.apache.flink.configuration.ConfigOption;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code docs/files.md} says what there is. */
class FilesPageTest {

    private static final Pattern OPTION = Pattern.compile("^\\| `image\\.", Pattern.MULTILINE);

    @Test
    void optionsAndColumnsAreOnThePage() throws IOException {
        String page = Files.readString(Path.of("../docs/files.md"));
        for (ConfigOption<?> option : new ImageFormatFactory().optionalOptions()) {
            String otherwise = option.defaultValue().toString().toLowerCase(Locale.ROOT);
            assertThat(page).contains("| `image." + option.key() + "` | `" + otherwise + "` |");
        }
        assertThat(OPTION.matcher(page).results())
                .hasSize(new ImageFormatFactory().optionalOptions().size());
        for (ImageColumn column : ImageColumn.values()) {
            assertThat(page).contains("`" + column.name().toLowerCase(Locale.ROOT) + "`");
        }
    }
}
