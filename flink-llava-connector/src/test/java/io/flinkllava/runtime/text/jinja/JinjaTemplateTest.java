package io.flinkllava.runtime.text.jinja;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Against what Hugging Face's renderer made of the same templates. */
class JinjaTemplateTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    static Stream<Arguments> chatTemplates() throws IOException {
        List<Arguments> cases = new ArrayList<>();
        for (JsonNode node : read("processing/chat_templates.json")) {
            cases.add(Arguments.of(node.get("template_name").asText(), node));
        }
        return cases.stream();
    }

    @ParameterizedTest(name = "{index} {0}")
    @MethodSource("chatTemplates")
    void rendersChatTemplates(String name, JsonNode node) {
        Map<String, Object> variables = new HashMap<>();
        variables.put("messages", convert(node.get("messages")));
        variables.put("add_generation_prompt", node.get("add_generation_prompt").asBoolean());
        variables.put("bos_token", "<|begin_of_text|>");
        assertThat(JinjaTemplate.parse(node.get("template").asText()).render(variables))
                .isEqualTo(node.get("expected").asText());
    }

    static Stream<Arguments> features() throws IOException {
        JsonNode golden = read("processing/jinja_cases.json");
        Map<String, Object> variables =
                JSON.convertValue(golden.get("variables"), new TypeReference<>() {});
        List<Arguments> cases = new ArrayList<>();
        for (JsonNode node : golden.get("cases")) {
            cases.add(Arguments.of(node.get("template").asText(), variables, node));
        }
        return cases.stream();
    }

    @ParameterizedTest(name = "{index} {0}")
    @MethodSource("features")
    void rendersOrRejectsEveryFeature(
            String template, Map<String, Object> variables, JsonNode node) {
        if (node.has("expected")) {
            assertThat(JinjaTemplate.parse(template).render(variables))
                    .isEqualTo(node.get("expected").asText());
        } else {
            assertThatThrownBy(() -> JinjaTemplate.parse(template).render(variables))
                    .isInstanceOf(JinjaException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% block b %}{% endblock %}",
                "{% include 'x' %}",
                "{% call m() %}{% endcall %}",
                "{% filter upper %}a{% endfilter %}",
                "{% for x in [] recursive %}{% endfor %}",
                "{{ 'a' | safe }}",
                "{{ 'a%s' % 1 }}",
                "{{ 'a' | format }}",
                "{{ '{}'.format(1) }}",
                "{{ f(*[1]) }}",
                "{{ range }}",
                "{{ [1] | map('upper') }}",
                "{{ {1.5: 2} }}",
                "{{ 9223372036854775807 + 1 }}",
                "{{ strftime_now('%Q') }}"
            })
    void rejectsWhatItDoesNotCover(String template) {
        assertThatThrownBy(() -> JinjaTemplate.parse(template).render(Map.of()))
                .isInstanceOf(JinjaException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
                "{{ 'a' * 1000000000 }}",
                "{{ [0] * 1000000000 }}",
                "{{ 'a'.ljust(1000000000) }}",
                "{% set ns = namespace(x='aaaaaaaa') %}"
                        + "{% for i in range(64) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "{% set ns = namespace(x='aaaaaaaa') %}"
                        + "{% for i in range(64) %}{% set ns.x = [ns.x, ns.x] | join %}{% endfor %}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% for i in range(90000) %}{{ 'x' * 1000 }}{% endfor %}",
                "{% set ns = namespace(x=[], y=[]) %}{% for i in range(90) %}"
                        + "{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}"
                        + "{% endfor %}{{ ns.x == ns.y }}",
                "{% set ns = namespace(x=[]) %}{% for i in range(90) %}"
                        + "{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x | tojson }}",
                "{% set ns = namespace(x=[]) %}{% for i in range(90) %}"
                        + "{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}"
            })
    void stopsTemplatesThatRunAway(String template) {
        assertThatThrownBy(() -> JinjaTemplate.parse(template).render(Map.of()))
                .isInstanceOf(JinjaException.class);
    }

    @Test
    void stopsDeepNesting() {
        String deep = "(".repeat(200_000) + "1" + ")".repeat(200_000);
        assertThatThrownBy(() -> JinjaTemplate.parse("{{ " + deep + " }}"))
                .isInstanceOf(JinjaException.class)
                .hasMessageContaining("nested too deeply");
    }

    @Test
    void namesTheLine() {
        assertThatThrownBy(() -> JinjaTemplate.parse("a\n\n{{ x.y }}\n{{ 1 }}\n").render(Map.of()))
                .isInstanceOf(JinjaException.class)
                .hasMessage("line 3: 'x' is undefined");
        assertThatThrownBy(() -> JinjaTemplate.parse("a\n{% frobnicate %}"))
                .hasMessageStartingWith("line 2: statement 'frobnicate'");
    }

    @Test
    void tellsRaisedErrorsApart() {
        assertThatThrownBy(
                        () -> JinjaTemplate.parse("{{ raise_exception('No.') }}").render(Map.of()))
                .isInstanceOf(JinjaException.Raised.class)
                .hasMessage("No.");
    }

    @Test
    void tellsTheTime() {
        Clock clock = Clock.fixed(Instant.parse("2024-07-06T09:05:03Z"), ZoneOffset.UTC);
        assertThat(
                        JinjaTemplate.parse(
                                        "{{ strftime_now('%d %b %Y, %A %H:%M %p %j%%') }}", clock)
                                .render(Map.of()))
                .isEqualTo("06 Jul 2024, Saturday 09:05 AM 188%");
    }

    private static JsonNode read(String golden) throws IOException {
        return JSON.readTree(Golden.path(golden).toFile());
    }

    private static Object convert(JsonNode node) {
        return JSON.convertValue(node, Object.class);
    }
}
