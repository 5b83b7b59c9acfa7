package io.flinkllava.examples.instruct;

import io.flinkllava.examples.instruct.PictureFacts.Box;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class FactTeacherTest {

    private static final PictureFacts PICTURE =
            new PictureFacts(
                    7,
                    "seven.jpg",
                    300,
                    300,
                    List.of("Two dogs and a ball."),
                    List.of(
                            new Box("dog", 0, 0, 90, 90),
                            new Box("dog", 200, 200, 100, 100),
                            new Box("ball", 140, 140, 20, 20)));

    private final FactTeacher teacher = new FactTeacher(List.of("ball", "dog", "zebra"));

    @Test
    void countsPlacesAndKnowsWhatIsNotThere() throws MalformedSampleException {
        assertThat(turns(SampleKind.CONVERSATION))
                .contains(
                        new Turn("What does the picture show?", "Two dogs and a ball."),
                        new Turn("How many objects of the kind 'dog' are there?", "There are 2."),
                        new Turn("Where is the ball?", "It is in the middle."),
                        new Turn("Is there a zebra?", "No, there is no zebra."))
                .noneMatch(turn -> turn.question().equals("Where is the dog?"));
    }

    @Test
    void describesFromTheLargestToTheSmallest() throws MalformedSampleException {
        assertThat(turns(SampleKind.DETAIL))
                .singleElement()
                .extracting(Turn::answer)
                .isEqualTo(
                        "Two dogs and a ball. A dog is at the bottom on the right. A dog is at the"
                                + " top on the left. A ball is in the middle.");
    }

    @Test
    void comparesSizes() throws MalformedSampleException {
        assertThat(turns(SampleKind.REASONING))
                .singleElement()
                .extracting(Turn::answer)
                .asString()
                .startsWith(
                        "The dog at the bottom on the right takes the most room, about 25 times"
                                + " that of the ball in the middle.");
    }

    @Test
    void writesTheSameAgain() {
        Assignment assignment = new Assignment(5, SampleKind.CONVERSATION, PICTURE);

        assertThat(teacher.write(assignment).join()).isEqualTo(teacher.write(assignment).join());
    }

    @Test
    void findsSomethingToReasonAboutWithoutBoxes() throws MalformedSampleException {
        PictureFacts bare = new PictureFacts(1, "one.jpg", 10, 10, List.of("A field."), List.of());

        assertThat(Turns.read(teacher.write(new Assignment(0, SampleKind.REASONING, bare)).join()))
                .singleElement()
                .extracting(Turn::answer)
                .isEqualTo("A field.");
    }

    private List<Turn> turns(SampleKind kind) throws MalformedSampleException {
        return Turns.read(teacher.write(new Assignment(3, kind, PICTURE)).join());
    }
}
