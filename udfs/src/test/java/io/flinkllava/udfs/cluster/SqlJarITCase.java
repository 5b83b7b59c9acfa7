package io.flinkllava.udfs.cluster;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/** What is in the SQL jar, and what must not be. */
class SqlJarITCase {

    private static final long LIMIT = 130_000_000;

    /** What Flink brings, and what is ours but for compilers alone. */
    private static final Pattern NOT_BUNDLED =
            Pattern.compile(
                    "io\\.flinkllava:.*|org\\.slf4j:.*|com\\.google\\.errorprone:.*|com\\.google\\.code\\.findbugs:.*");

    private static final Pattern RESOLVED =
            Pattern.compile(
                    "^ +([^: ]+:[^: ]+):jar:([^: ]+):(?:compile|runtime)", Pattern.MULTILINE);

    private static final Pattern NOTICED = Pattern.compile("^- (\\S+)$", Pattern.MULTILINE);

    @Test
    void staysSmallEnoughToBeUploaded() throws IOException {
        assertThat(Files.size(SqlJar.path())).isLessThan(LIMIT);
    }

    /** Else a job's own Jackson, or Flink's commons, would meet ours. */
    @Test
    void holdsOurClassesAndThoseThatNativesLookUpByNameAndRelocatesTheRest() throws IOException {
        assertThat(entries())
                .filteredOn(name -> name.endsWith(".class"))
                .isNotEmpty()
                .allMatch(
                        name ->
                                name.startsWith("io/flinkllava/")
                                        || name.startsWith("ai/onnxruntime/")
                                        || name.startsWith("ai/djl/")
                                        || name.startsWith("com/sun/jna/"));
        assertThat(entries())
                .contains("io/flinkllava/shaded/com/fasterxml/jackson/databind/ObjectMapper.class");
    }

    @Test
    void holdsTheNativesOfThreePlatforms() throws IOException {
        assertThat(entries())
                .contains(
                        "ai/onnxruntime/native/linux-x64/libonnxruntime.so",
                        "ai/onnxruntime/native/linux-aarch64/libonnxruntime.so",
                        "ai/onnxruntime/native/osx-aarch64/libonnxruntime.dylib",
                        "native/lib/linux-x86_64/cpu/libtokenizers.so",
                        "native/lib/linux-aarch64/cpu/libtokenizers.so",
                        "native/lib/osx-aarch64/cpu/libtokenizers.dylib")
                .noneMatch(name -> name.endsWith(".dll"));
    }

    /** In {@code lib} they would read other people's pictures. */
    @Test
    void registersNoReadersWithTheJvm() throws IOException {
        assertThat(entries()).noneMatch(name -> name.startsWith("META-INF/services/javax."));
    }

    @Test
    void servicesAreMerged() throws IOException {
        assertThat(read("META-INF/services/ai.djl.engine.EngineProvider"))
                .contains("ai.djl.onnxruntime.engine.OrtEngineProvider");
    }

    @Test
    void noticeNamesExactlyWhatIsBundled() throws IOException {
        List<String> bundled =
                RESOLVED.matcher(Files.readString(Path.of("target/runtime-dependencies.txt")))
                        .results()
                        .map(artifact -> artifact.group(1) + ":" + artifact.group(2))
                        .filter(artifact -> !NOT_BUNDLED.matcher(artifact).matches())
                        .toList();
        assertThat(NOTICED.matcher(read("META-INF/NOTICE")).results().map(SqlJarITCase::artifact))
                .containsExactlyInAnyOrderElementsOf(bundled);
        assertThat(entries())
                .contains(
                        "META-INF/LICENSE",
                        "META-INF/licenses/LICENSE.onnxruntime",
                        "META-INF/licenses/LICENSE.protobuf",
                        "META-INF/licenses/LICENSE.twelvemonkeys");
    }

    private static String artifact(MatchResult line) {
        return line.group(1);
    }

    private static List<String> entries() throws IOException {
        try (JarFile jar = new JarFile(SqlJar.path().toFile())) {
            return jar.stream()
                    .filter(entry -> !entry.isDirectory())
                    .map(JarEntry::getName)
                    .toList();
        }
    }

    private static String read(String name) throws IOException {
        try (JarFile jar = new JarFile(SqlJar.path().toFile());
                InputStream entry = jar.getInputStream(jar.getEntry(name))) {
            return new String(entry.readAllBytes(), UTF_8);
        }
    }
}
