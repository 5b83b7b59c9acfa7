package io.flinkllava.operators;

import io.flinkllava.operators.state.Conversation;
import io.flinkllava.operators.state.ConversationPicture;
import io.flinkllava.operators.state.ConversationTurn;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.Message;
import io.flinkllava.runtime.ModelInfo;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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
                            turn("Why?", 30)),
                    0);

    @Test
    void nothingIsForgottenWithinTheLimits() {
        assertThat(truncated(4, 1230)).isEqualTo(conversation);
    }

    @Test
    void olderHalfGoesAtOnceAndTheFirstPictureStays() {
        Conversation two = truncated(3, 5000);
        assertThat(questions(two)).containsExactly("And this?", "Why?");
        assertThat(two.getKept()).containsExactly(CAT);
    }

    @Test
    void keptPictureCounts() {
        // Of 1,500 tokens the picture takes 600, and half of what is left is 450.
        Conversation one = truncated(4, 1500, turn("Who?", 430));
        assertThat(questions(one)).containsExactly("Who?");
        assertThat(ConversationLimits.tokens(one)).isEqualTo(1030);
    }

    @Test
    void tokensOfATurnAreSharedByItsPictures() {
        Conversation both =
                new Conversation(
                        List.of(), List.of(turn("Same?", 1200, CAT, DOG), turn("Why?", 30)), 0);
        Conversation one = ConversationLimits.withoutOldest(both);
        assertThat(one.getKept()).containsExactly(CAT);
        assertThat(one.getKeptTokens()).isEqualTo(600);
    }

    @Test
    void turnsUpToTheLastOneWithAPictureThatIsGoneAreForgotten() {
        assertThat(without("/other.png")).contains(conversation);

        Conversation noCat = without("/cat.png").orElseThrow();
        assertThat(questions(noCat)).containsExactly("Where?", "And this?", "Why?");
        assertThat(noCat.getKept()).isEmpty();
        assertThat(noCat.getKeptTokens()).isZero();

        Conversation noDog = without("/dog.png").orElseThrow();
        assertThat(questions(noDog)).containsExactly("Why?");
        assertThat(noDog.getKept()).containsExactly(CAT);
    }

    @Test
    void keptPictureThatIsGoneLeavesTheTurns() {
        Conversation three = ConversationLimits.withoutOldest(conversation);
        Conversation left = ConversationLimits.without(Set.of("/cat.png"), three).orElseThrow();
        assertThat(left.getTurns()).isEqualTo(three.getTurns());
        assertThat(ConversationLimits.tokens(left)).isEqualTo(630);
    }

    @Test
    void keptPictureStaysWhenAllTurnsAreForgotten() {
        Conversation kept =
                new Conversation(List.of(CAT), List.of(turn("And this?", 580, DOG)), 600);
        Conversation left = ConversationLimits.without(Set.of("/dog.png"), kept).orElseThrow();
        assertThat(left).isEqualTo(new Conversation(List.of(CAT), List.of(), 600));
        DialoguePrompt prompt =
                new DialoguePrompt("", left.getKept(), List.of(turn("What?", 0, DOG)));
        assertThat(prompt.pictures()).containsExactly(CAT, DOG);
        assertThat(prompt.messages()).containsExactly(Message.user("What?"));
    }

    @Test
    void nothingIsLeftOfADialogueWhoseNewestPictureIsGone() {
        Conversation only = new Conversation(List.of(), List.of(turn("What?", 600, CAT)), 0);
        assertThat(ConversationLimits.without(Set.of("/cat.png"), only)).isEmpty();
    }

    private Optional<Conversation> without(String gone) {
        return ConversationLimits.without(Set.of(gone), conversation);
    }

    @Test
    void newestTurnStaysHoweverLongItIs() {
        assertThat(questions(truncated(3, 10))).containsExactly("Why?");
        Conversation only = new Conversation(List.of(), List.of(turn("What?", 2900, CAT)), 0);
        assertThat(new ConversationLimits(3, 1500).truncate(only, model(4096))).isEqualTo(only);
    }

    /** A picture of LLaVA-NeXT takes 2,928 tokens, its sequences have 3,952. */
    @Test
    void limitComesFromTheModel() {
        Conversation picture =
                new Conversation(
                        List.of(), List.of(turn("What?", 2950, CAT), turn("Why?", 400)), 0);
        ConversationLimits limits = ConversationLimits.DEFAULT;
        assertThat(limits.truncate(picture, model(3952))).isEqualTo(picture);
        assertThat(questions(limits.truncate(picture, model(3800)))).containsExactly("Why?");
        assertThat(limits.truncate(conversation, model(2048)).getTurns()).hasSize(4);
    }

    @Test
    void answersShowNoPictures() {
        ConversationTurn odd =
                new ConversationTurn(List.of(CAT), "What?", "<image> and <<video>>", 9);
        assertThat(new DialoguePrompt("", List.of(), List.of(odd, turn("Why?", 0))).messages())
                .element(1)
                .isEqualTo(new Message(Message.Role.ASSISTANT, "(image) and <(video)>"));
    }

    private Conversation truncated(int maxTurns, int maxTokens, ConversationTurn... newer) {
        List<ConversationTurn> turns = new ArrayList<>(conversation.getTurns());
        turns.addAll(List.of(newer));
        return new ConversationLimits(maxTurns, maxTokens)
                .truncate(new Conversation(List.of(), turns, 0), model(4096));
    }

    private static ModelInfo model(int sequenceLength) {
        return new ModelInfo("llava", "00ff", "llava", Device.CPU, 8, sequenceLength);
    }

    @Test
    void keptPictureStandsInFront() {
        Conversation three = ConversationLimits.withoutOldest(conversation);
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
