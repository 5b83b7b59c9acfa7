package io.flinkllava.examples.instruct;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The form in which teachers write, that of LLaVA's prompts to GPT-4: {@code Question:} and {@code
 * Answer:}, with a line of {@code ===} between any two of them.
 */
final class Turns {

    private static final String RULER = "===";
    private static final Pattern PARTS = Pattern.compile("\\s*" + RULER + "\\s*");
    private static final String QUESTION = "Question:";
    private static final String ANSWER = "Answer:";

    private Turns() {}

    static String write(List<Turn> turns) {
        return turns.stream()
                .map(turn -> part(QUESTION, turn.question()) + part(ANSWER, turn.answer()))
                .collect(Collectors.joining())
                .strip()
                .replaceAll("\\s*" + RULER + "$", "");
    }

    private static String part(String label, String text) {
        return label + "\n" + text + "\n" + RULER + "\n";
    }

    /**
     * Reads what a teacher wrote.
     *
     * @throws MalformedSampleException if it is anything but questions, each with its answer
     */
    static List<Turn> read(String text) throws MalformedSampleException {
        List<Turn> turns = new ArrayList<>();
        String question = null;
        for (String part : PARTS.splitAsStream(text.strip()).toList()) {
            if (question == null) {
                question = after(QUESTION, part);
            } else {
                turns.add(new Turn(question, after(ANSWER, part)));
                question = null;
            }
        }
        if (question != null) {
            throw new MalformedSampleException("The last question has no answer");
        }
        return turns;
    }

    private static String after(String label, String part) throws MalformedSampleException {
        if (!part.startsWith(label)) {
            throw new MalformedSampleException(
                    "'" + label + "' was expected where the teacher wrote '" + start(part) + "'");
        }
        String said = part.substring(label.length()).strip();
        if (said.isEmpty()) {
            throw new MalformedSampleException("Nothing stands behind '" + label + "'");
        }
        if (said.contains("<image>")) {
            throw new MalformedSampleException("The teacher wrote '<image>'");
        }
        return said;
    }

    private static String start(String text) {
        int most = 60;
        return text.codePointCount(0, text.length()) <= most
                ? text
                : text.substring(0, text.offsetByCodePoints(0, most)) + "...";
    }
}
