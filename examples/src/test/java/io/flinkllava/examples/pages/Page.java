package io.flinkllava.examples.pages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A page of the documentation. */
record Page(Path file, String text) {

    /** The project's root folder. */
    static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private static final Pattern BLOCK =
            Pattern.compile(
                    "(?:^<!-- ([^\\n]*) -->\\n)?^```(\\w*)\\n(.*?)^```$",
                    Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ +(.*)$", Pattern.MULTILINE);
    private static final Pattern NOT_IN_AN_ANCHOR =
            Pattern.compile("[^\\p{L}\\p{N}\\p{M} _-]", Pattern.UNICODE_CHARACTER_CLASS);

    /**
     * Fenced code.
     *
     * @param note what the comment in the line above says: {@code not run: why} or {@code run by
     *     SomeTest}
     */
    record Block(Path file, Optional<String> note, String language, String text) {
        boolean isNotRun() {
            return note.filter(said -> said.startsWith("not run: ")).isPresent();
        }

        @Override
        public String toString() {
            return file.getFileName() + ", below:\n" + text;
        }
    }

    /** All pages that people read. */
    static List<Page> all() throws IOException {
        List<Page> pages = new ArrayList<>();
        for (String name : List.of("README", "README.ko", "ARCHITECTURE", "CONTRIBUTING")) {
            pages.add(read(ROOT.resolve(name + ".md")));
        }
        for (Path file : below("docs", ".md")) {
            pages.add(read(file));
        }
        return pages;
    }

    static Page read(Path file) throws IOException {
        return new Page(file, Files.readString(file));
    }

    /** Files of a folder of the project, in order. */
    static List<Path> below(String folder, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        }
    }

    List<Block> blocks() {
        return BLOCK.matcher(text)
                .results()
                .map(
                        found ->
                                new Block(
                                        file,
                                        Optional.ofNullable(found.group(1)),
                                        found.group(2),
                                        found.group(3)))
                .toList();
    }

    /** Targets of links and pictures. */
    List<String> links() {
        return LINK.matcher(prose()).results().map(found -> found.group(1)).toList();
    }

    /** What headings can be reached by, as GitHub names them. */
    Set<String> anchors() {
        return HEADING.matcher(prose())
                .results()
                .map(found -> found.group(1).toLowerCase(Locale.ROOT))
                .map(title -> NOT_IN_AN_ANCHOR.matcher(title).replaceAll("").replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    private String prose() {
        return BLOCK.matcher(text).replaceAll("");
    }
}
