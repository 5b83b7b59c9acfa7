package io.flinkllava.examples.batch;

import com.fasterxml.jackson.databind.JsonNode;
import io.flinkllava.examples.LocalJar;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;

import static org.assertj.core.api.Assertions.assertThat;

/** One file of nearly everything that can be wrong with a request, between two good ones. */
class BadRowsITCase {

    private static final Path MODEL = Golden.checkpoint("llava15");

    @TempDir private Path folder;
    private Path images;
    private final ByteArrayOutputStream requests = new ByteArrayOutputStream();

    @Test
    void answersEverythingElse() throws Exception {
        layPictures();
        List<JsonNode> golden = Answers.read(MODEL.resolve("requests.jsonl"));
        requests.writeBytes("\uFEFF".getBytes(StandardCharsets.UTF_8));
        line(golden.get(1).toString());
        line("");
        for (String row : badRows()) {
            line(row);
        }
        requests.writeBytes(new byte[] {(byte) 0xE4, '\n'});
        requests.writeBytes(golden.get(2).toString().getBytes(StandardCharsets.UTF_8));
        Path input = Files.write(folder.resolve("requests.jsonl"), requests.toByteArray());

        LocalJar.Outcome outcome =
                new LocalJar(folder).run(BatchArguments.about(images, MODEL, input));

        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.err()).contains("Done: 29 rows, 27 errors, ");
        List<JsonNode> answers = Answers.read(folder.resolve(BatchArguments.ANSWERS));
        assertThat(answers).hasSize(29);
        assertThat(answers.get(0).get("token_ids")).isEqualTo(ids(golden.get(1)));
        assertThat(answers.get(28).get("token_ids")).isEqualTo(ids(golden.get(2)));
        checkErrors(answers);
    }

    private static List<String> badRows() {
        return List.of(
                ask("truncated", "truncated.jpg", "What?"),
                ask("text", "text.png", "What?"),
                ask("empty", "empty.png", "What?"),
                ask("huge", "huge.png", "What?"),
                ask("missing", "missing.png", "What?"),
                ask("outside", "../secret.png", "What?"),
                ask("truncated", "img1.png", "What?"),
                "{\"id\": \"broken\", \"images\": [",
                "not json at all",
                "[1, 2]",
                "{\"question\": \"no id\"}",
                "{\"id\": true, \"question\": \"a bad id\"}",
                "{\"id\": \"no question\"}",
                "{\"id\": \"type\", \"images\": \"img1.png\", \"question\": \"What?\"}",
                "{\"id\": \"roles\", \"messages\": [{\"role\": \"cat\", \"content\": \"hi\"}]}",
                "{\"id\": \"last\", \"messages\": [{\"role\": \"assistant\", \"content\": \"a\"}]}",
                ask("silent", "img1.png", ""),
                ask("placeholder", "img1.png", "Is <image> the same as <image>?"),
                ask("long", "img1.png", "why ".repeat(3000)),
                show("film", "\"film.mp4\""),
                show("frame", "\"img1.png\", \"no.png\""),
                show("film outside", "\"img1.png\", \"../secret.png\""),
                show("frames", "\"img1.png\", ".repeat(64) + "\"img1.png\""),
                show("unseen", "\"img1.png\", \"img2.png\""),
                "{\"id\": \"second\", \"images\": [\"img1.png\", \"text.png\"], \"question\": \"?\"}",
                "{\"id\": \"wide\", \"question\": \"" + "x".repeat(1 << 20) + "\"}");
    }

    /** What each row must say, in their order; line 1 and 2 are a good one and a blank one. */
    private static void checkErrors(List<JsonNode> answers) {
        List<Complaint> expected =
                List.of(
                        new Complaint("\"truncated\"", "truncated.jpg"),
                        new Complaint("\"text\"", "text.png"),
                        new Complaint("\"empty\"", "empty.png"),
                        new Complaint("\"huge\"", "[huge.png]"),
                        new Complaint("\"missing\"", "'missing.png' does not exist"),
                        new Complaint("\"outside\"", "'../secret.png' is outside the image root"),
                        new Complaint("\"truncated\"", "line 9: id \"truncated\" is used twice"),
                        new Complaint("\"broken\"", "line 10: not JSON"),
                        new Complaint("null", "line 11: not JSON"),
                        new Complaint("null", "line 12: a request is a JSON object"),
                        new Complaint("null", "line 13: no \"id\""),
                        new Complaint("null", "line 14: \"id\" is neither"),
                        new Complaint("\"no question\"", "line 15: neither \"question\" nor"),
                        new Complaint("\"type\"", "line 16: \"images\" is of type string"),
                        new Complaint("\"roles\"", "line 17: a message's \"role\" must be"),
                        new Complaint("\"last\"", "assistant"),
                        new Complaint("\"silent\"", "question is empty"),
                        new Complaint("\"placeholder\"", "<image> 2 times"),
                        new Complaint("\"long\"", "max-sequence-length"),
                        new Complaint("\"film\"", "frame 'film.mp4' does not exist"),
                        new Complaint("\"frame\"", "frame 'no.png' does not exist"),
                        new Complaint("\"film outside\"", "frame '../secret.png' is outside"),
                        new Complaint("\"frames\"", "65 frames, more than max-frames allows (64)"),
                        new Complaint("\"unseen\"", "see pictures only"),
                        new Complaint("\"second\"", "Picture 2 of 2: "),
                        new Complaint("null", "line 28: longer than 1048576 bytes"),
                        new Complaint("null", "line 29: not UTF-8 text"));
        for (int i = 0; i < expected.size(); i++) {
            expected.get(i).check(answers.get(i + 1));
        }
    }

    /** What an error row must say. */
    private record Complaint(String id, String message) {

        void check(JsonNode answer) {
            assertThat(answer.get("id").toString()).isEqualTo(id);
            assertThat(answer.get("answer").isNull()).as(answer.toString()).isTrue();
            JsonNode error = answer.get("error");
            assertThat(error.get("code").textValue()).as(answer.toString()).isEqualTo("INPUT");
            assertThat(error.get("message").textValue())
                    .contains(message)
                    .hasSizeBetween(15, 400)
                    .doesNotContain("\n");
        }
    }

    private void layPictures() throws IOException {
        images = Files.createDirectory(folder.resolve("images"));
        for (String name : List.of("img1.png", "img2.png")) {
            Files.copy(Golden.image(name), images.resolve(name));
        }
        byte[] jpeg = Files.readAllBytes(Golden.image("photo.jpg"));
        Files.write(images.resolve("truncated.jpg"), Arrays.copyOf(jpeg, jpeg.length / 3));
        Files.writeString(images.resolve("text.png"), "This is no picture.");
        Files.write(images.resolve("empty.png"), new byte[0]);
        Files.write(images.resolve("huge.png"), png(60_000, 60_000));
        Files.copy(Golden.image("img1.png"), folder.resolve("secret.png"));
    }

    /** A picture that is fine but for its header. */
    private static byte[] png(int width, int height) throws IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(header);
        fields.writeInt(width);
        fields.writeInt(height);
        fields.write(new byte[] {8, 2, 0, 0, 0});
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        DataOutputStream png = new DataOutputStream(file);
        png.writeLong(0x89504E470D0A1A0AL);
        writeChunk(png, "IHDR", header.toByteArray());
        writeChunk(png, "IDAT", new byte[] {0x78, 0x01, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01});
        writeChunk(png, "IEND", new byte[0]);
        return file.toByteArray();
    }

    private static void writeChunk(DataOutputStream png, String name, byte[] content)
            throws IOException {
        CRC32 checksum = new CRC32();
        checksum.update(name.getBytes(StandardCharsets.US_ASCII));
        checksum.update(content);
        png.writeInt(content.length);
        png.writeBytes(name);
        png.write(content);
        png.writeInt((int) checksum.getValue());
    }

    private static String ask(String id, String image, String question) {
        return "{\"id\": \""
                + id
                + "\", \"images\": [\""
                + image
                + "\"], \"question\": \""
                + question
                + "\"}";
    }

    private static String show(String id, String frames) {
        return "{\"id\": \"" + id + "\", \"video\": [" + frames + "], \"question\": \"What?\"}";
    }

    private static JsonNode ids(JsonNode golden) {
        return golden.get("expected").get("ids");
    }

    private void line(String text) {
        requests.writeBytes((text + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
