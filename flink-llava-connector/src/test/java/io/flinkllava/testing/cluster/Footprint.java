package io.flinkllava.testing.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * What a process takes of the machine. Linux only.
 *
 * @param metaspaceKib used metaspace
 * @param residentKib resident memory, native memory included
 * @param threads of the process, native ones included
 * @param llavaThreads Java threads of a model or a reader of pictures
 * @param libraries copies of native libraries that are mapped from its temporary files
 * @param temporaryFiles files below its temporary folder, but for the jars of jobs that are over,
 *     which Flink clears by the hour
 */
public record Footprint(
        long metaspaceKib,
        long residentKib,
        int threads,
        int llavaThreads,
        int libraries,
        int temporaryFiles) {

    private static final Pattern METASPACE = Pattern.compile("Metaspace\\s+used (\\d+)K");

    private static final Pattern LLAVA_THREAD = Pattern.compile("^\"llava-", Pattern.MULTILINE);
    private static final String FLINKS_JARS = "/blobStorage/";

    static Footprint of(JavaProcess process) {
        try {
            jcmd(process, "GC.run");
            // What was only reachable from a finalizer goes the second time.
            jcmd(process, "GC.run");
            Path proc = Path.of("/proc", Long.toString(process.pid()));
            String status = Files.readString(proc.resolve("status"));
            return new Footprint(
                    number(METASPACE, jcmd(process, "GC.heap_info")),
                    number(Pattern.compile("VmRSS:\\s+(\\d+) kB"), status),
                    (int) number(Pattern.compile("Threads:\\s+(\\d+)"), status),
                    (int) LLAVA_THREAD.matcher(jcmd(process, "Thread.print")).results().count(),
                    libraries(process, proc),
                    files(process.temporary()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int libraries(JavaProcess process, Path proc) throws IOException {
        String folder = process.temporary().toString();
        try (Stream<String> maps = Files.lines(proc.resolve("maps"))) {
            return (int)
                    maps.filter(line -> line.contains(folder) && line.contains(".so"))
                            .map(line -> line.substring(line.indexOf('/')))
                            .distinct()
                            .count();
        }
    }

    private static int files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return (int)
                    files.filter(Files::isRegularFile)
                            .filter(file -> !file.toString().contains(FLINKS_JARS))
                            .count();
        }
    }

    private static String jcmd(JavaProcess process, String command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(JavaProcess.tool("jcmd"), Long.toString(process.pid()), command)
                        .redirectErrorStream(true);
        try (InputStream output = builder.start().getInputStream()) {
            return new String(output.readAllBytes(), UTF_8);
        }
    }

    private static long number(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException("No " + pattern + " in: " + text);
        }
        return Long.parseLong(matcher.group(1));
    }
}
