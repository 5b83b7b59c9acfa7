package io.flinkllava.examples.rules;

import org.apache.flink.core.fs.Path;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.UncheckedIOException;

/** Lines of the output, each a JSON object. */
final class Report {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Report() {}

    static String ofAlert(Check check, double confidence, String model) {
        return line(
                about(check)
                        .put("question", check.question())
                        .put("confidence", confidence)
                        .put("model", model));
    }

    /** A picture that the model could not be asked about. */
    static String ofFailure(Check check, String message) {
        return line(about(check).put("error", message));
    }

    /** A rule that holds from now on, or does no longer. */
    static String ofRule(Rule rule) {
        return line(
                JSON.createObjectNode()
                        .put("rule", rule.id())
                        .put("change", rule.remove() ? "removed" : "set"));
    }

    static String ofBadRule(String line, String message) {
        return line(JSON.createObjectNode().put("refused", line).put("error", message));
    }

    private static ObjectNode about(Check check) {
        return JSON.createObjectNode()
                .put("rule", check.rule())
                .put("picture", new Path(check.picture()).getPath());
    }

    private static String line(ObjectNode object) {
        try {
            return JSON.writeValueAsString(object);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
