package io.flinkllava.runtime.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.Message;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.text.EncodedPrompt.Visual;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

import static io.flinkllava.runtime.Message.Role.ASSISTANT;
import static io.flinkllava.runtime.Message.Role.SYSTEM;
import static io.flinkllava.runtime.Message.Role.USER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PromptEncoderTest {

    /** (42 / 14)^2 patches of the golden checkpoint's tower. */
    private static final int FEATURES = 9;

    private static LlavaTokenizer tokenizer;

    @BeforeAll
    static void open() {
        tokenizer = LlavaTokenizer.open(TextFixtures.tokenizerJson("llava15"));
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void promptsAsTransformersDoes() throws IOException {
        PromptEncoder encoder = encoder(llava15Template());
        List<String> lines =
                Files.readAllLines(Golden.checkpoint("llava15").resolve("requests.jsonl"));
        assertThat(lines).hasSize(19);
        for (String line : lines) {
            JsonNode request = TextFixtures.JSON.readTree(line);
            JsonNode expected = request.get("expected");
            int images = request.get("images").size();
            List<Message> messages = messages(request);
            assertThat(encoder.render(messages, images, 0))
                    .isEqualTo(expected.get("prompt").asText());
            int[] ids =
                    encoder.encode(messages, images, 0)
                            .expand(Collections.nCopies(images, FEATURES));
            assertThat(ids).hasSize(expected.get("prompt_tokens").asInt());
            assertThat(imageTokens(ids)).isEqualTo(images * FEATURES);
            assertThat(tokenizer.decode(List.of(answer(expected))))
                    .isEqualTo(expected.get("text").asText());
        }
    }

    @Test
    void expandsEachPictureByItsOwnFeatures() throws IOException {
        int[] ids =
                encoder(llava15Template())
                        .encode(List.of(Message.user("q")), 2, 0)
                        .expand(List.of(2, 5));
        int[] single = tokenizer.encode("USER: <image>\n<image>\nq ASSISTANT:", true);
        List<Integer> expected = new ArrayList<>();
        int image = 0;
        for (int id : single) {
            boolean isImage = id == TextFixtures.LLAVA15_IMAGE_TOKEN;
            expected.addAll(Collections.nCopies(isImage ? image++ == 0 ? 2 : 5 : 1, id));
        }
        assertThat(ids).containsExactly(expected.stream().mapToInt(i -> i).toArray());
        assertThat(ids[0]).isEqualTo(1);
    }

    @Test
    void beginsOnceWhereTheTemplateBegins() throws IOException {
        String template = "{{ bos_token }}" + llava15Template();
        assertThat(encoder(template).encode(List.of(Message.user("q")), 1, 0).ids())
                .containsExactly(
                        encoder(llava15Template()).encode(List.of(Message.user("q")), 1, 0).ids());
    }

    @Test
    void givesTextTemplatesAString() throws IOException {
        List<Message> messages =
                List.of(Message.user("What?"), new Message(ASSISTANT, "A."), Message.user("Sure?"));
        String system = "<|im_start|>system\nYou are a helpful assistant";
        String turns =
                """
                <|im_start|>user
                <image>
                <image>
                What?<|im_end|>
                <|im_start|>assistant
                A.<|im_end|>
                <|im_start|>user
                Sure?<|im_end|>
                <|im_start|>assistant
                """;
        assertThat(render("qwen2", messages)).isEqualTo(system + ".<|im_end|>\n" + turns);
        assertThat(render("nanollava", messages)).isEqualTo(system + "<|im_end|>\n" + turns);
        assertThat(render("llama3", messages))
                .startsWith(
                        "<s><|start_header_id|>user<|end_header_id|>\n\n<image>\n<image>\nWhat?")
                .endsWith("<|start_header_id|>assistant<|end_header_id|>\n\n");
    }

    @Test
    void placesPicturesInTheFirstUserMessage() throws IOException {
        List<Message> messages =
                List.of(
                        new Message(SYSTEM, "Be brief."),
                        Message.user("What?"),
                        new Message(ASSISTANT, "A."),
                        Message.user("Sure?"));
        assertThat(render("next_mistral", messages))
                .isEqualTo(
                        "<<SYS>>\nBe brief.\n<</SYS>>\n\n[INST] <image>\n<image>\nWhat? [/INST]"
                                + " A.</s> [INST] Sure? [/INST]");
    }

    @Test
    void placesPicturesWhereTheMessagesSaySo() throws IOException {
        PromptEncoder encoder = encoder(llava15Template());
        List<Message> messages =
                List.of(
                        Message.user("Compare <image> with <image>."),
                        new Message(ASSISTANT, "A."),
                        Message.user("And <image>?"));
        assertThat(encoder.render(messages, 3, 0))
                .isEqualTo(
                        "USER: Compare <image> with <image>. ASSISTANT: A. USER: And <image>?"
                                + " ASSISTANT:");
        assertThat(encoder.encode(messages, 3, 0).visuals())
                .containsExactly(Visual.IMAGE, Visual.IMAGE, Visual.IMAGE);
    }

    @Test
    void refusesWhatIsNoQuestion() throws IOException {
        PromptEncoder encoder = encoder(llava15Template());
        assertError(LlavaErrorCode.INPUT, "no message", () -> encoder.encode(List.of(), 0, 0));
        assertError(
                LlavaErrorCode.INPUT,
                "question is empty",
                () -> encoder.encode(List.of(Message.user(" \n ")), 0, 0));
        assertError(
                LlavaErrorCode.INPUT,
                "last message is from the assistant",
                () ->
                        encoder.encode(
                                List.of(Message.user("q"), new Message(ASSISTANT, "a")), 0, 0));
        assertError(
                LlavaErrorCode.INPUT,
                "contain <image> 2 times, and the request has 1 picture:",
                () -> encoder.encode(List.of(Message.user("<image> or <image>?")), 1, 0));
        assertError(
                LlavaErrorCode.INPUT,
                "contain <image> 1 times, and the request has 0 pictures:",
                () -> encoder.encode(List.of(Message.user("What is <image>?")), 0, 0));
        assertError(
                LlavaErrorCode.INPUT,
                "message of the system contains <image>",
                () ->
                        encoder.encode(
                                List.of(new Message(SYSTEM, "<image>"), Message.user("q")), 1, 0));
    }

    @Test
    void takesLongQuestionsUpToABound() throws IOException {
        PromptEncoder encoder = encoder(llava15Template());
        String longest = "x".repeat(1 << 20);
        assertThat(encoder.render(List.of(Message.user(longest)), 1, 0))
                .isEqualTo("USER: <image>\n" + longest + " ASSISTANT:");
        assertError(
                LlavaErrorCode.INPUT,
                "1048577 characters",
                () -> encoder.render(List.of(Message.user(longest + "x")), 1, 0));
    }

    @Test
    void refusesMessagesThatTheTemplateRaisesOn() {
        PromptEncoder encoder =
                encoder(
                        "{% for m in messages %}{% if m.role == 'system' %}"
                                + "{{ raise_exception('No system role.') }}{% endif %}"
                                + "{{ m.content }}{% endfor %}");
        assertError(
                LlavaErrorCode.INPUT,
                "/models/some-llava refuses these messages: No system role.",
                () -> encoder.render(List.of(new Message(SYSTEM, "s"), Message.user("q")), 0, 0));
    }

    @Test
    void refusesTemplatesThatDoNotFit() {
        assertError(
                LlavaErrorCode.MODEL,
                "The chat template of /models/some-llava cannot be rendered: line 1",
                () -> encoder("{% for %}"));
        assertError(
                LlavaErrorCode.MODEL,
                "line 2: 'nothing' is undefined",
                () -> encoder("{{ messages[0].content }}\n{{ nothing.here }}"));
        assertError(
                LlavaErrorCode.MODEL,
                "does not render a message with one picture",
                () -> encoder("{% for m in messages %}{{ m.role }}{% endfor %}"));
    }

    @Test
    void refusesTemplatesThatLosePictures() {
        PromptEncoder encoder =
                encoder(
                        "{% for m in messages %}{% for c in m.content %}"
                                + "{% if c.type == 'text' %}{{ c.text }}"
                                + "{% elif loop.first %}<image>{% endif %}{% endfor %}{% endfor %}");
        assertThat(encoder.encode(List.of(Message.user("q")), 1, 0).expand(List.of(3)))
                .hasSize(encoder.encode(List.of(Message.user("q")), 1, 0).ids().length + 2);
        assertError(
                LlavaErrorCode.MODEL,
                "The chat template of /models/some-llava made 1 <image> of 2 pictures",
                () -> encoder.encode(List.of(Message.user("q")), 2, 0));
    }

    @Test
    void refusesATokenizerOfAnotherModel() {
        Checkpoint other = TextFixtures.checkpoint(Path.of("/models/x"), null, "llava", 32000);
        assertError(
                LlavaErrorCode.MODEL,
                "/models/x/tokenizer.json encodes <image> as [560], but the image token of"
                        + " config.json is 32000",
                () -> new PromptEncoder(other, tokenizer));
    }

    private static void assertError(LlavaErrorCode code, String message, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        LlavaException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message);
    }

    private static PromptEncoder encoder(String template) {
        return new PromptEncoder(TextFixtures.llava15(template), tokenizer);
    }

    private static String render(String template, List<Message> messages) throws IOException {
        return encoder(TextFixtures.chatTemplate(template).asText()).render(messages, 2, 0);
    }

    private static String llava15Template() throws IOException {
        return Files.readString(Golden.checkpoint("llava15").resolve("chat_template.jinja"));
    }

    private static int imageTokens(int[] ids) {
        return Math.toIntExact(
                Arrays.stream(ids).filter(id -> id == TextFixtures.LLAVA15_IMAGE_TOKEN).count());
    }

    private static Integer[] answer(JsonNode expected) {
        return TextFixtures.JSON.convertValue(expected.get("ids"), Integer[].class);
    }

    private static List<Message> messages(JsonNode request) {
        if (request.has("question")) {
            return List.of(Message.user(request.get("question").asText()));
        }
        List<Message> messages = new ArrayList<>();
        for (JsonNode node : request.get("messages")) {
            String role = node.get("role").asText().toUpperCase(Locale.ROOT);
            messages.add(new Message(Message.Role.valueOf(role), node.get("content").asText()));
        }
        assertThat(messages.get(0).role()).isEqualTo(USER);
        return messages;
    }
}
