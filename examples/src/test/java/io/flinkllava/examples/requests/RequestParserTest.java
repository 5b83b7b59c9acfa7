package io.flinkllava.examples.requests;

import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;
import io.flinkllava.runtime.RequestLimits;
import io.flinkllava.testing.Golden;
import io.flinkllava.testing.GoldenRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class RequestParserTest {

    @Test
    void readsAQuestion() {
        RequestRow row =
                parse("{'id': 'ä', 'images': ['a.png', 'b.png'], 'question': 'q', 'extra': [1]}");

        assertThat(row.id()).isEqualTo("\"ä\"");
        assertThat(row.images()).containsExactly("a.png", "b.png");
        assertThat(row.messages()).containsExactly(Message.user("q"));
        assertThat(row.defect()).isEmpty();
    }

    @Test
    void readsADialogue() {
        RequestRow row =
                parse(
                        "{'id': 7, 'images': [], 'messages': [{'role': 'system', 'content': 's'},"
                                + "{'role': 'user', 'content': [{'type': 'text', 'text': 'q'},"
                                + "{'type': 'text', 'text': '1'}]},"
                                + "{'role': 'assistant', 'content': 'a'}]}");

        assertThat(row.id()).isEqualTo("7");
        assertThat(row.messages())
                .containsExactly(
                        new Message(Message.Role.SYSTEM, "s"),
                        Message.user("q1"),
                        new Message(Message.Role.ASSISTANT, "a"));
    }

    @Test
    void readsAVideoBesidePictures() {
        RequestRow row =
                parse(
                        "{'id': 'a', 'video': ['f0.png', 'f1.png'], 'images': ['a.png'],"
                                + " 'question': '<video> or <image>?'}");

        assertThat(row.video()).containsExactly("f0.png", "f1.png");
        assertThat(row.images()).containsExactly("a.png");
        assertThat(row.messages()).containsExactly(Message.user("<video> or <image>?"));
    }

    @Test
    void takesARequestWithoutPictures() {
        RequestRow row = parse("{'id': 'a', 'question': 'q'}");

        assertThat(row.images()).isEmpty();
        assertThat(row.video()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "interleave",
                "llava15",
                "next_vicuna",
                "next_video",
                "onevision",
                "onevision_max2",
                "llava_v1"
            })
    void readsWhatTransformersWasAsked(String checkpoint) throws IOException {
        Path requests = Golden.checkpoint(checkpoint).resolve("requests.jsonl");
        List<GoldenRequest> golden = GoldenRequest.all(checkpoint);
        ImageRoot pictures =
                new ImageRoot(
                        Golden.image("img0.png").getParent().toString(), RequestLimits.DEFAULT);
        List<String> lines = Files.readAllLines(requests);

        for (int i = 0; i < lines.size(); i++) {
            LlavaRequest expected = golden.get(i).request();
            LlavaRequest read =
                    RequestParser.parse(new RequestLine(i + 1, lines.get(i), ""))
                            .request(pictures, expected.generation());
            assertThat(read).usingRecursiveComparison().isEqualTo(expected);
        }
        assertThat(lines).hasSameSizeAs(golden);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[]                                     | a request is a JSON object",
                "{'question': 'q'}                      | no \"id\"",
                "{'id': null, 'question': 'q'}          | \"id\" is neither a string nor an integer",
                "{'id': 1e400, 'question': 'q'}         | \"id\" is neither a string nor an integer",
                "{'id': 'a'}                            | neither \"question\" nor \"messages\"",
                "{'id': 'a', 'question': 'q', 'messages': []} | both \"question\" and \"messages\"",
                "{'id': 'a', 'question': 5}             | \"question\" is of type number",
                "{'id': 'a', 'question': 'q', 'images': 'x.png'} | \"images\" is of type string",
                "{'id': 'a', 'question': 'q', 'images': [1]} | \"images\" holds of type number",
                "{'id': 'a', 'question': 'q', 'image': 'x.png'} | write \"images\"",
                "{'id': 'a', 'question': 'q', 'video': 'x.mp4'} | \"video\" is of type string",
                "{'id': 'a', 'question': 'q', 'video': [[]]} | \"video\" holds of type array",
                "{'id': 'a', 'question': 'q', 'videos': [[]]} | write \"video\": [\"path\"]",
                "{'id': 'a', 'question': 'q', 'choices': []} | \"choices\" is empty",
                "{'id': 'a', 'question': 'q', 'choices': [1]} | texts are strings",
                "{'id': 'a', 'question': 'q', 'regex': ''} | \"regex\" must be a string",
                "{'id': 'a', 'question': 'q', 'json_schema': 'x'} | it must be an object",
                "{'id': 'a', 'question': 'q', 'schema': {}} | write \"json_schema\"",
                "{'id': 'a', 'question': 'q', 'regex': 'a', 'choices': ['a']} | give one of",
                "{'id': 'a', 'messages': []}            | must be a list of {\"role\", \"content\"}",
                "{'id': 'a', 'messages': {'role': 'user'}} | must be a list of",
                "{'id': 'a', 'messages': [{'content': 'q'}]} | must be system, user or assistant",
                "{'id': 'a', 'messages': [{'role': 'USER', 'content': 'q'}]} | must be system",
                "{'id': 'a', 'messages': [{'role': 'user'}]} | \"content\" is missing",
                "{'id': 'a', 'messages': [{'role': 'user', 'content': [{'type': 'image'}]}]}"
                        + " | pictures belong into \"images\"",
            })
    void tellsWhatIsWrong(String json, String expected) {
        assertThat(parse(json).defect()).startsWith("line 3: ").contains(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'id': 'a', 'question': 'q'            | `\"a\"`",
                "{'images': ['x'], 'id': 12, 'question' | 12",
                "{'images': [{'id': 'inner'}], 'quest   | null",
                "{'id': ['a'], ]                        | null",
                "{'question': 'q', 'id                  | null",
                "hello                                  | null",
                "{'id': 'a', 'question': 'q'} trailing  | `\"a\"`",
                "{'id': 'a', 'id': 'b', 'question': ''} | `\"a\"`",
            })
    void readsTheIdOfABrokenLine(String json, String id) {
        RequestRow row = parse(json);

        assertThat(row.id()).isEqualTo(id);
        assertThat(row.defect()).startsWith("line 3: not JSON, column ").doesNotContain("\n");
    }

    @Test
    void survivesDeepNesting() {
        assertThat(parse("[".repeat(100_000)).defect()).contains("line 3: not JSON");
    }

    @Test
    void handsOnWhyALineCouldNotBeRead() {
        RequestRow row = RequestParser.parse(new RequestLine(9, "", "not UTF-8 text"));

        assertThat(row.id()).isEqualTo("null");
        assertThat(row.defect()).isEqualTo("line 9: not UTF-8 text");
    }

    private static RequestRow parse(String json) {
        return RequestParser.parse(new RequestLine(3, json.replace('\'', '"'), ""));
    }
}
