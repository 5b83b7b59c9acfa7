package io.flinkllava.operators;

import io.flinkllava.operators.state.Conversation;
import io.flinkllava.operators.state.ConversationPicture;
import io.flinkllava.operators.state.ConversationTurn;
import io.flinkllava.runtime.Message;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class ConversationLimitsTest {

    private static final ConversationPicture CAT = new ConversationPicture(null, "/cat.png");
    private static final ConversationPicture DOG = new ConversationPicture(null, "/dog.png");

    private final Conversation conversation =
            new Conversation(
                    List.of(),
                    List.of(
                            turn("What?", 600, CAT),
                            turn("Where?", 20),
                            turn("And this?", 580, DOG),
                            turn("Why?", 30)));

    @Test
    void nothingIsForgottenWithinTheLimits() {
        assertThat(new ConversationLimits(4, 1230).truncate(conversation)).isEqualTo(conversation);
    }

    @Test
    void oldestTurnsGoFirstAndTheFirstPictureStays() {
        Conversation three = new ConversationLimits(3, 5000).truncate(conversation);
        assertThat(questions(three)).containsExactly("Where?", "And this?", "Why?");
        assertThat(three.getKept()).containsExactly(CAT);

        Conversation one = new ConversationLimits(3, 30).truncate(three);
        assertThat(questions(one)).containsExactly("Why?");
        assertThat(one.getKept()).containsExactly(CAT);
    }

    @Test
    void turnThatIsTooLongByItselfIsForgottenToo() {
        Conversation none = new ConversationLimits(3, 10).truncate(conversation);
        assertThat(none.getTurns()).isEmpty();
        assertThat(none.getKept()).containsExactly(CAT);
    }

    @Test
    void keptPictureStandsInFront() {
        Conversation three = new ConversationLimits(3, 5000).truncate(conversation);
        DialoguePrompt prompt = new DialoguePrompt("", three.getKept(), three.getTurns());
        assertThat(prompt.pictures()).containsExactly(CAT, DOG);
        assertThat(prompt.messages())
                .containsExactly(
                        Message.user("<image>\nWhere?"),
                        new Message(Message.Role.ASSISTANT, "Well."),
                        Message.user("<image>\nAnd this?"),
                        new Message(Message.Role.ASSISTANT, "Well."),
                        Message.user("Why?"));
    }

    @Test
    void templatePlacesThePicturesOfTheFirstTurn() {
        List<ConversationTurn> turns = conversation.getTurns().subList(0, 2);
        assertThat(new DialoguePrompt("Be brief.", List.of(), turns).messages())
                .containsExactly(
                        new Message(Message.Role.SYSTEM, "Be brief."),
                        Message.user("What?"),
                        new Message(Message.Role.ASSISTANT, "Well."),
                        Message.user("Where?"));
    }

    private static ConversationTurn turn(
            String question, int tokens, ConversationPicture... pictures) {
        return new ConversationTurn(List.of(pictures), question, "Well.", tokens);
    }

    private static List<String> questions(Conversation conversation) {
        return conversation.getTurns().stream().map(ConversationTurn::getQuestion).toList();
    }
}
