package io.flinkllava.examples.pages;

import io.flinkllava.examples.FlinkLlavaLocal;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Links lead somewhere, and code is tried. A block of code is tried by this package or names the
 * test that runs it, {@code <!-- run by SomeTest -->}; else it says why it is not, {@code <!-- not
 * run: why -->}.
 */
class PagesTest {

    /** Pages whose statements are run by tests of the SQL module. */
    private static final Set<String> RUN = Set.of("sql.md", "files.md");

    private static final List<String> MODULES =
            List.of("flink-llava-connector", "operators", "udfs", "examples");

    /** Flink's, ONNX Runtime's and Lucene's. */
    private static final Set<String> OF_OTHERS =
            Set.of("DataStream", "GroupQueryAttention", "RegExp");

    private static final Set<String> SHELL = Set.of("bash", "sh");

    private static final Pattern CLASS = Pattern.compile("`([A-Z][a-z]+[A-Z]\\w*)[.`]");
    private static final Pattern RUN_BY = Pattern.compile("run by (\\w+).*");
    private static final Pattern STATEMENT = Pattern.compile(";\\s*(\n|$)");
    private static final Pattern WORD = Pattern.compile("'[^']*'|\"[^\"]*\"|\\S+");
    private static final String JAR = "java -jar examples/target/flink-llava-local.jar ";

    static Stream<Page> pages() throws IOException {
        return Page.all().stream();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void linksLeadSomewhere(Page page) throws IOException {
        for (String link : page.links()) {
            URI target = URI.create(link);
            if (target.isAbsolute()) {
                continue;
            }
            Path file =
                    target.getPath().isEmpty()
                            ? page.file()
                            : page.file().resolveSibling(target.getPath()).normalize();
            assertThat(file).as(link).exists();
            if (target.getFragment() != null) {
                assertThat(Page.read(file).anchors()).as(link).contains(target.getFragment());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "README.ko.md"})
    void eachPageIsReachedFromThe(String readme) throws IOException {
        Set<String> linked =
                Page.read(Page.ROOT.resolve(readme)).links().stream()
                        .map(link -> link.replaceFirst("#.*", ""))
                        .collect(Collectors.toSet());
        for (Path page : Page.below("docs", ".md")) {
            assertThat(linked).contains("docs/" + page.getFileName());
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void codeIsTriedOrSaysWhyNot(Page page) throws IOException {
        SoftAssertions softly = new SoftAssertions();
        for (Page.Block block : page.blocks()) {
            softly.assertThat(isTried(block)).as(block.toString()).isTrue();
        }
        softly.assertAll();
    }

    /** Also of code that a test runs, with files of its own, or nobody: options change. */
    @ParameterizedTest
    @MethodSource("pages")
    void commandsOfTheJarAreUnderstood(Page page) {
        for (Page.Block block : page.blocks()) {
            if (SHELL.contains(block.language())) {
                commands(block.text()).stream()
                        .flatMap(line -> Stream.of(line.split("&&")).map(String::strip))
                        .filter(command -> command.startsWith(JAR))
                        .forEach(command -> assertThat(isUnderstood(command)).isTrue());
            }
        }
    }

    private static boolean isTried(Page.Block block) throws IOException {
        if (block.note().isPresent()) {
            Matcher runBy = RUN_BY.matcher(block.note().get());
            return runBy.matches() ? isTest(runBy.group(1)) : block.isNotRun();
        }
        return switch (block.language()) {
            case "sql" ->
                    RUN.contains(block.file().getFileName().toString())
                            || statementsThatRun().containsAll(statements(block.text()));
            case "bash", "sh" -> commands(block.text()).stream().allMatch(PagesTest::isUnderstood);
            default -> true; // Java is compiled by JavaBlocksTest; the others are no code to run.
        };
    }

    private static boolean isTest(String name) throws IOException {
        for (String module : MODULES) {
            for (Path file : Page.below(module + "/src/test/java", ".java")) {
                if (file.endsWith(name + ".java")) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Set<String> statementsThatRun() throws IOException {
        Set<String> all = new HashSet<>();
        for (String page : RUN) {
            for (Page.Block block : Page.read(Page.ROOT.resolve("docs/" + page)).blocks()) {
                if (block.language().equals("sql")) {
                    all.addAll(statements(block.text()));
                }
            }
        }
        return all;
    }

    private static List<String> statements(String block) {
        return Stream.of(STATEMENT.split(block))
                .map(statement -> statement.strip().replaceAll("\\s+", " "))
                .filter(statement -> !statement.isEmpty())
                .toList();
    }

    private static List<String> commands(String block) {
        return block.replace("\\\n", " ")
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }

    private static boolean isUnderstood(String command) {
        if (!command.startsWith(JAR)) {
            return false;
        }
        String[] arguments =
                WORD.matcher(command.substring(JAR.length()))
                        .results()
                        .map(word -> word.group().replaceAll("^['\"]|['\"]$", ""))
                        .toArray(String[]::new);
        try {
            FlinkLlavaLocal.commandLine().parseArgs(arguments);
            return true;
        } catch (CommandLine.ParameterException e) {
            throw new AssertionError(command + ": " + e.getMessage(), e);
        }
    }

    @Test
    void classesThatTheArchitectureNamesAreThere() throws IOException {
        Set<String> there = new HashSet<>(OF_OTHERS);
        for (String module : MODULES) {
            for (Path file : Page.below(module + "/src", ".java")) {
                there.add(file.getFileName().toString().replace(".java", ""));
            }
        }
        Set<String> named =
                CLASS.matcher(Page.read(Page.ROOT.resolve("ARCHITECTURE.md")).text())
                        .results()
                        .map(found -> found.group(1))
                        .collect(Collectors.toSet());
        assertThat(named).hasSizeGreaterThan(50).isSubsetOf(there);
    }

    @Test
    void notesAndAnchorsAreRead() {
        assertThat(new Page(Path.of("p.md"), "<!-- not run: no -->\n```bash\nls\n```\n").blocks())
                .singleElement()
                .matches(Page.Block::isNotRun);
        assertThat(new Page(Path.of("p.md"), "# A `b`, c-d\n").anchors())
                .containsExactly("a-b-c-d");
    }

    @Test
    void everyFenceIsClosed() throws IOException {
        for (Page page : Page.all()) {
            long fences = page.text().lines().filter(line -> line.startsWith("```")).count();
            assertThat(page.blocks()).as(page.file().toString()).hasSize((int) fences / 2);
        }
    }
}
