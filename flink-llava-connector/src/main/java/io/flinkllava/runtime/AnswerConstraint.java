package io.flinkllava.runtime;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/** What an answer must look like. The model chooses among the texts that do. */
public sealed interface AnswerConstraint extends Serializable {

    /** Anything. */
    AnswerConstraint FREE = new Free();

    /** Any text. */
    record Free() implements AnswerConstraint {}

    /**
     * Exactly one of these texts. The answer tells how likely each is ({@link
     * LlavaAnswer.Text#choices}): as a whole, its end included, so that one may begin another. The
     * likeliest is taken, or one is drawn by temperature and seed; no other rule applies.
     *
     * @param texts from 1 to {@value #MAX_TEXTS}, none empty, none twice; the model scores each
     */
    record Choice(List<String> texts) implements AnswerConstraint {

        public static final int MAX_TEXTS = 1024;

        public Choice {
            texts = List.copyOf(texts);
            if (texts.isEmpty()) {
                throw LlavaException.input("There is nothing to choose from: give choices");
            }
            if (texts.size() > MAX_TEXTS) {
                throw LlavaException.input(
                        "There are "
                                + texts.size()
                                + " choices, at most "
                                + MAX_TEXTS
                                + " are scored: ask in several steps");
            }
            if (texts.stream().anyMatch(String::isBlank)) {
                throw LlavaException.input("One of the choices is empty: give it a text");
            }
            if (texts.stream().distinct().count() < texts.size()) {
                throw LlavaException.input("A choice occurs twice: give each once");
            }
        }
    }

    /**
     * A text that a regular expression matches as a whole. It is complete wherever {@code
     * maxNewTokens} can be enough; else it ends in the middle, with {@link
     * LlavaAnswer.FinishReason#LENGTH}.
     *
     * @param regex what is understood is checked when a request is prepared
     */
    record Pattern(String regex) implements AnswerConstraint {
        public Pattern {
            Objects.requireNonNull(regex, "regex");
        }
    }

    /**
     * A JSON object, compact, its properties in the schema's order; complete as a {@link Pattern}
     * is.
     *
     * @param schema JSON Schema of a flat object: strings, numbers, integers, booleans, enums and
     *     arrays of these
     */
    record Json(String schema) implements AnswerConstraint {
        public Json {
            Objects.requireNonNull(schema, "schema");
        }
    }
}
