package io.flinkllava.examples;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

class CommandLineTest {

    @TempDir private Path folder;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void lay() throws IOException {
        Files.createDirectory(folder.resolve("model"));
        Files.writeString(folder.resolve("in.jsonl"), "");
        Files.writeString(folder.resolve("boxes.json"), "{}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                                     | Say what to do: quickstart, run-batch,",
                "fly                                    | Unmatched argument at index 0: 'fly'",
                "run-batch                              | Missing required options: '--model=DIR'",
                "run-batch --model x --input in.jsonl --output out | --model '@x' is not a folder",
                "run-batch --model model --input x --output out | --input '@x' is not a file",
                "run-batch --model model --input in.jsonl --output x/out | folder '@x' is not a",
                "run-batch --model model --input in.jsonl --output model | exists and is not a file",
                "run-batch --model model --input in.jsonl --output in.jsonl | '@in.jsonl' is also --input",
                "RUN --image-root x                     | --image-root '@x' is not a folder",
                "RUN --parallelism 0                    | --parallelism is 0, it must be at least 1",
                "RUN --web-port 65536                   | --web-port is 65536, it must be 0..65535",
                "watch-folder --folder model --web-port -1 | --web-port is -1",
                "rules --web-port -1                    | --web-port is -1",
                "conversation --web-port -1             | --web-port is -1",
                "stream-captions --web-port -1          | --web-port is -1",
                "TEACH --web-port -1                    | --web-port is -1",
                "RUN --max-batch-size 0                 | --max-batch-size is 0",
                "RUN --max-batch-size many              | 'many' is not an int",
                "RUN --max-new-tokens 0                 | --max-new-tokens is 0",
                "RUN --max-new-tokens 2 --min-new-tokens 3 | --min-new-tokens (3) is more than",
                "RUN --device tpu                       | Unknown device 'tpu': use auto, cpu or",
                "RUN --dtype half                       | Unknown dtype 'half': use auto, float32,",
                "RUN --quantization 8bit                | use none, rowwise-8bit, weight-8bit, weight-4bit",
                "RUN --vision-tower x                   | --vision-tower '@x' is not a folder",
                "RUN --temperature -1                   | temperature is -1.0, it must be 0..1e6",
                "RUN --top-p 0                          | top-p is 0.0, it must be above 0",
                "RUN --repetition-penalty 0             | repetition-penalty is 0.0",
                "RUN --several-pictures all             | Unknown way 'all' to see several pictures",
                "RUN --several-pictures TILED           | use tiled or one-tile-each",
                "quickstart --vision-tower in.jsonl     | --vision-tower '@in.jsonl' is not a",
                "quickstart --model x                   | --model '@x' is not a folder",
                "quickstart --samples model             | --samples '@model' has no samples.jsonl",
                "quickstart --max-batch-size 0          | --max-batch-size is 0",
                "instruction-data --output out          | Missing required option: '--captions=FILE'",
                "instruction-data --captions x --output out | --captions 'x' is not a file",
                "TEACH --per-picture 0                  | --per-picture is 0, it must be at least 1",
                "rules --rules in.jsonl --output in.jsonl | '@in.jsonl' is also --rules",
                "rules --output x/out                   | --output: folder '@x' is not a folder",
                "conversation --input in.jsonl --output in.jsonl | '@in.jsonl' is also --input",
                "conversation --input in.jsonl --output model | exists and is not a file",
                "TEACH --output in.jsonl                | '@in.jsonl' is also --captions",
                "TEACH --boxes boxes.json --output boxes.json | '@boxes.json' is also --boxes",
                "TEACH --dead-letters in.jsonl          | '@in.jsonl' is also --captions",
                "TEACH --dead-letters model/../out      | '@model/../out' is also --output",
                "TEACH --dead-letters x/out             | --dead-letters: folder '@x' is not a",
                "TEACH --rate 0                         | --rate is 0.0, it must be above 0",
                "watch-folder --folder x               | --folder '@x' is not a folder",
                "rules --pictures x                     | --pictures 'x' is not a folder",
                "rules --interval 1                     | --interval is 1, it must be at least 10",
                "conversation --input x                 | --input '@x' is not a file",
                "conversation --remember 0              | --remember is 0, it must be at least 1",
                "stream-captions --allow-host a/b       | --allow-prefix or --allow-host: ",
                "benchmark --model x                    | --model '@x' is not a folder",
                "benchmark --model model --max-batch-size 0 | --max-batch-size is 0",
                "benchmark --model model --picture-size big | --picture-size is 'big', it must be like",
                "TEACH --chat-url http://a/v1           | --chat-url needs --chat-model",
                "TEACH --chat-url a --chat-model b      | --chat-url 'a' is no http or https URL",
            })
    void refusesBadArguments(String arguments, String expected) {
        String line =
                arguments
                        .replace("RUN", "run-batch --model model --input in.jsonl --output out")
                        .replace(
                                "TEACH",
                                "instruction-data --captions="
                                        + folder.resolve("in.jsonl")
                                        + (arguments.contains("--output") ? "" : " --output out"));

        assertThat(run(line.isBlank() ? new String[0] : line.split(" "))).isEqualTo(2);

        assertThat(err.toString())
                .contains(expected.replace("@", folder + "/"))
                .endsWith("Try --help.\n")
                .hasLineCount(2);
        assertThat(out.toString()).isEmpty();
        assertThat(folder.toFile().list())
                .containsExactlyInAnyOrder("model", "in.jsonl", "boxes.json");
    }

    @ParameterizedTest
    @CsvSource({
        "--help,quickstart",
        "run-batch --help,Example",
        "quickstart -h,samples.jsonl",
        "run-batch -h,one-tile-each",
        "run-batch -h,frame1.png",
        "watch-folder -h,captions.jsonl",
        "rules -h,red cross",
        "conversation -h,ann",
        "stream-captions -h,--allow-prefix",
        "instruction-data -h,captions_val2017.json"
    })
    void helps(String arguments, String expected) {
        assertThat(run(arguments.split(" "))).isZero();
        assertThat(out.toString()).contains("Usage: ").contains(expected);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void knowsItsVersion() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).startsWith("flink-llava ");
    }

    /** Paths are made absolute: the tests run elsewhere. */
    private int run(String... arguments) {
        CommandLine commandLine =
                FlinkLlavaLocal.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true));
        String[] absolute = arguments.clone();
        for (int i = 1; i < absolute.length; i++) {
            boolean isPath =
                    Set.of(
                                    "--folder",
                                    "--rules",
                                    "--boxes",
                                    "--dead-letters",
                                    "--model",
                                    "--samples",
                                    "--input",
                                    "--output",
                                    "--image-root",
                                    "--vision-tower")
                            .contains(absolute[i - 1]);
            absolute[i] = isPath ? folder.resolve(absolute[i]).toString() : absolute[i];
        }
        return commandLine.execute(absolute);
    }
}
