package io.flinkllava.examples.pages;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The Java of the documentation compiles, in a method of a job that has what the pages speak of.
 */
class JavaBlocksTest {

    private static final String BEFORE =
            """
            import org.apache.flink.api.common.eventtime.WatermarkStrategy;
            import org.apache.flink.api.common.typeinfo.TypeInformation;
            import org.apache.flink.api.connector.sink2.Sink;
            import org.apache.flink.api.connector.source.Source;
            import org.apache.flink.connector.file.src.FileSource;
            import org.apache.flink.streaming.api.datastream.*;
            import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
            import io.flinkllava.flink.avro.*;
            import io.flinkllava.flink.files.*;
            import io.flinkllava.flink.pictures.*;
            import io.flinkllava.operators.*;
            import io.flinkllava.runtime.*;
            import io.flinkllava.runtime.ComputeOptions.*;
            import java.awt.image.BufferedImage;
            import java.io.ByteArrayInputStream;
            import java.time.Duration;
            import java.util.List;
            import javax.imageio.ImageIO;

            class Block {
                record Photo(String path, byte[] bytes, byte[] content) {}
                record Sale(byte[] before, byte[] after, List<byte[]> frames) {}
                record Turn(String user, List<byte[]> pictures, String text, boolean isBye) {}

                StreamExecutionEnvironment env;
                Source<Photo, ?, ?> source;
                DataStream<Photo> photos;
                DataStream<Sale> sales;
                DataStream<Turn> turns;
                DataStream<LlavaResult<RequestRecord>> results;
                DataStream<DeadLetter<RequestRecord>> deadLetters;
                DataStream<ModelChange> control;
                Sink<RejectedModel> alerts;
                ModelOptions options;
                RequestRecord record;
                PictureReader reader;

                void job() throws Exception {
            """;
    private static final String BEHIND = "\n    }\n}\n";

    @TempDir private Path classes;

    static Stream<Page.Block> blocks() throws IOException {
        return Page.all().stream()
                .flatMap(page -> page.blocks().stream())
                .filter(block -> block.language().equals("java") && !block.isNotRun());
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void compiles(Page.Block block) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
        List<String> options =
                List.of(
                        "-proc:none",
                        "-d",
                        classes.toString(),
                        "-classpath",
                        System.getProperty("java.class.path"));

        boolean compiled =
                compiler.getTask(null, null, said, options, null, List.of(new Source(block)))
                        .call();

        assertThat(compiled).as("%s%n%s", block, errors(said.getDiagnostics())).isTrue();
    }

    private static List<String> errors(List<Diagnostic<? extends JavaFileObject>> diagnostics) {
        return diagnostics.stream()
                .filter(found -> found.getKind() == Diagnostic.Kind.ERROR)
                .map(found -> found.getMessage(Locale.ROOT))
                .toList();
    }

    /** A block as a source file. */
    private static final class Source extends SimpleJavaFileObject {

        private final String text;

        Source(Page.Block block) {
            super(Path.of("Block.java").toUri(), Kind.SOURCE);
            text = BEFORE + block.text() + BEHIND;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
