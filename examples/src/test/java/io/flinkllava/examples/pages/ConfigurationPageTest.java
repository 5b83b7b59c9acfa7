package io.flinkllava.examples.pages;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.description.HtmlFormatter;

import io.flinkllava.examples.FlinkLlavaLocal;
import io.flinkllava.flink.options.LlavaOptions;
import io.flinkllava.flink.pictures.PictureAccess;
import io.flinkllava.operators.LlavaStep;
import io.flinkllava.runtime.ModelOptions;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

import java.io.IOException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code docs/configuration.md} has each option of {@link LlavaOptions}, as it is. */
class ConfigurationPageTest {

    private static final Pattern ROW =
            Pattern.compile(
                    "^\\| `([a-z-]+)` \\| (?:`(\\w+\\.\\w+)`)? \\| (?:`(--[a-z-]+)`)? \\| (.*?) \\|"
                            + " (.*) \\|$",
                    Pattern.MULTILINE);
    private static final Pattern IN_JAVA_ALONE =
            Pattern.compile("^\\| `(\\w+\\.\\w+)` \\|", Pattern.MULTILINE);

    /** Options of commands that say nothing about a model or its answers. */
    private static final Set<String> OF_THE_COMMAND =
            Set.of(
                    "--input",
                    "--output",
                    "--image-root",
                    "--candidates",
                    "--log-probabilities",
                    "--parallelism",
                    "--web-port",
                    "--verbose",
                    "--help",
                    "--version");

    @Test
    void everyOptionIsOnThePage() throws IOException {
        List<String> expected =
                LlavaOptions.all().stream()
                        .map(
                                option ->
                                        String.join(
                                                " | ",
                                                option.key(),
                                                written(option),
                                                new HtmlFormatter()
                                                        .format(option.description())
                                                        .replace("|", "\\|")))
                        .toList();
        assertThat(rows().map(row -> row.group(1) + " | " + row.group(4) + " | " + row.group(5)))
                .containsExactlyElementsOf(expected);
    }

    private static String written(ConfigOption<?> option) {
        if (!option.hasDefaultValue()
                || option.defaultValue().equals("")
                || option.defaultValue().equals(List.of())) {
            return "";
        }
        return "`"
                + (option.defaultValue() instanceof Duration time
                        ? time.toMillis() + " ms"
                        : option.defaultValue())
                + "`";
    }

    @Test
    void everyPlaceInJavaIsThere() throws IOException {
        List<String> places =
                Stream.concat(
                                rows().map(row -> row.group(2)).filter(place -> place != null),
                                IN_JAVA_ALONE.matcher(page()).results().map(row -> row.group(1)))
                        .toList();
        assertThat(places).hasSizeGreaterThan(LlavaOptions.all().size());
        for (String place : places) {
            int dot = place.indexOf('.');
            assertThat(type(place.substring(0, dot)).getMethods())
                    .as(place)
                    .extracting(Method::getName)
                    .contains(place.substring(dot + 1));
        }
    }

    private static Class<?> type(String name) {
        for (Class<?> neighbour :
                List.of(ModelOptions.class, PictureAccess.class, LlavaStep.class)) {
            try {
                return Class.forName(neighbour.getPackageName() + "." + name);
            } catch (ClassNotFoundException e) {
                // It may be beside the next.
            }
        }
        throw new AssertionError("There is no " + name);
    }

    @Test
    void everyOptionOfTheCommandLineIsOnThePage() throws IOException {
        Set<String> there =
                FlinkLlavaLocal.commandLine()
                        .getSubcommands()
                        .get("run-batch")
                        .getCommandSpec()
                        .options()
                        .stream()
                        .map(CommandLine.Model.OptionSpec::longestName)
                        .filter(name -> !OF_THE_COMMAND.contains(name))
                        .collect(Collectors.toSet());
        assertThat(rows().map(row -> row.group(3)).filter(name -> name != null))
                .containsExactlyInAnyOrderElementsOf(there);
    }

    private static Stream<MatchResult> rows() throws IOException {
        return ROW.matcher(page()).results();
    }

    private static String page() throws IOException {
        return Page.read(Page.ROOT.resolve("docs/configuration.md")).text();
    }
}
