package io.flinkllava.examples.instruct;

import io.flinkllava.examples.instruct.PictureFacts.Box;

import java.util.ArrayList;
import java.util.List;

/** What a chat model is told before it writes a sample. */
final class TeacherPrompt {

    /** A message of a chat. */
    record Part(String role, String content) {}

    private static final String FORM =
            " Write \"Question:\", the question, \"===\", \"Answer:\", the answer, each on a line"
                    + " of its own, and \"===\" between turns. Write nothing else.";

    /** A picture for the worked examples. */
    private static final PictureFacts EXAMPLE =
            new PictureFacts(
                    0,
                    "example.jpg",
                    640,
                    480,
                    List.of(
                            "A dog waits beside a red bicycle in front of a bakery.",
                            "A brown dog sits on the pavement next to a parked bicycle."),
                    List.of(
                            new Box("bicycle", 60, 150, 280, 250),
                            new Box("dog", 380, 260, 120, 170)));

    private TeacherPrompt() {}

    /** System prompt, a worked example, and the picture of the assignment. */
    static List<Part> of(Assignment assignment) {
        SampleKind kind = assignment.kind();
        List<Part> parts = new ArrayList<>();
        parts.add(new Part("system", system(kind) + FORM));
        parts.add(new Part("user", context(kind, EXAMPLE)));
        parts.add(new Part("assistant", Turns.write(answer(kind))));
        parts.add(new Part("user", context(kind, assignment.picture())));
        return parts;
    }

    private static String system(SampleKind kind) {
        return switch (kind) {
            case CONVERSATION ->
                    "You are told about one picture by captions. Write a conversation between a"
                            + " person who asks about the picture and an assistant who answers as"
                            + " if seeing it. Ask about kinds, colours, counts, positions, actions"
                            + " and relations, only where the answer is certain. Now and then ask"
                            + " about something that is not there.";
            case DETAIL ->
                    "You are told about one picture by captions and boxes (category: [x1, y1, x2,"
                            + " y2], from 0 to 1). Let a person ask for a detailed description and"
                            + " give it as if seeing the picture, without a word about captions,"
                            + " boxes or numbers.";
            case REASONING ->
                    "You are told about one picture by captions and boxes (category: [x1, y1, x2,"
                            + " y2], from 0 to 1). Ask one question that takes several steps of"
                            + " thought and does not give away what is in the picture, then answer"
                            + " it with the reasons.";
        };
    }

    private static String context(SampleKind kind, PictureFacts picture) {
        return kind == SampleKind.CONVERSATION
                ? picture.captionLines()
                : picture.captionLines() + "\n\n" + picture.boxLines();
    }

    private static List<Turn> answer(SampleKind kind) {
        return switch (kind) {
            case CONVERSATION ->
                    List.of(
                            new Turn("Which animal is in the picture?", "A brown dog."),
                            new Turn(
                                    "What stands next to it?",
                                    "A parked red bicycle stands next to the dog."),
                            new Turn("Is there a cat?", "No, there is no cat in the picture."));
            case DETAIL ->
                    List.of(
                            new Turn(
                                    "Describe the picture in detail.",
                                    "A brown dog sits on the pavement in front of a bakery and"
                                            + " seems to wait. To its left, and larger in the"
                                            + " picture, a red bicycle is parked. Nobody else is"
                                            + " to be seen."));
            case REASONING ->
                    List.of(
                            new Turn(
                                    "Where may the owner be, and how did they come here?",
                                    "The dog waits calmly beside the bicycle in front of a bakery,"
                                            + " and nobody is with them. So the owner has probably"
                                            + " come by bicycle, left it and the dog outside, and"
                                            + " is in the bakery now."));
        };
    }
}
