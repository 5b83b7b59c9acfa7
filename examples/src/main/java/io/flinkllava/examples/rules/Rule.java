package io.flinkllava.examples.rules;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.Serializable;

/**
 * A line of the file of rules: something to ask about each picture.
 *
 * @param id a later line with the same id takes its place
 * @param question whose answer is yes or no
 * @param least probability of yes, 0..1, from which on there is an alert; null for {@value
 *     #USUAL_LEAST}
 * @param remove whether there is to be no such rule any more
 */
public record Rule(String id, String question, Double least, boolean remove)
        implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double USUAL_LEAST = 0.5;

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException which says what is wrong with it
     */
    static Rule parse(String line) {
        Rule rule;
        try {
            rule = JSON.readValue(line, Rule.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
        if (rule == null || rule.id == null || rule.id.isBlank()) {
            throw new IllegalArgumentException("a rule needs an id");
        }
        if (!rule.remove && (rule.question == null || rule.question.isBlank())) {
            throw new IllegalArgumentException("rule '" + rule.id + "' needs a question");
        }
        if (!(rule.threshold() >= 0 && rule.threshold() <= 1)) {
            throw new IllegalArgumentException(
                    "least of rule '" + rule.id + "' is " + rule.least + ", it must be 0..1");
        }
        return rule;
    }

    double threshold() {
        return least == null ? USUAL_LEAST : least;
    }
}
