package io.flinkllava.operators;

import io.flinkllava.operators.state.ConversationPicture;
import io.flinkllava.operators.state.ConversationTurn;
import io.flinkllava.runtime.Message;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A dialogue as messages and the pictures that they refer to.
 *
 * <p>As long as all pictures belong to the first turn and its question does not place them, the
 * model's own template does; otherwise each turn says where its pictures stand.
 *
 * @param kept pictures in front of the first turn
 * @param turns the last one is to be answered
 */
record DialoguePrompt(String system, List<ConversationPicture> kept, List<ConversationTurn> turns) {

    private static final String PLACEHOLDER = "<image>";

    List<ConversationPicture> pictures() {
        return Stream.concat(
                        kept.stream(), turns.stream().flatMap(turn -> turn.getPictures().stream()))
                .toList();
    }

    List<Message> messages() {
        List<Message> messages = new ArrayList<>();
        if (!system.isEmpty()) {
            messages.add(new Message(Message.Role.SYSTEM, system));
        }
        boolean placed = mustBePlaced();
        for (int i = 0; i < turns.size(); i++) {
            ConversationTurn turn = turns.get(i);
            messages.add(Message.user(placed ? placing(turn, i == 0) : turn.getQuestion()));
            if (i < turns.size() - 1) {
                messages.add(new Message(Message.Role.ASSISTANT, harmless(turn.getAnswer())));
            }
        }
        return messages;
    }

    /** A model may spell out what stands for a picture, and that must not be read as one. */
    private static String harmless(String answer) {
        return answer.replace(PLACEHOLDER, "(image)").replace("<video>", "(video)");
    }

    private boolean mustBePlaced() {
        return turns.stream().anyMatch(turn -> turn.getQuestion().contains(PLACEHOLDER))
                || turns.stream().skip(1).anyMatch(turn -> !turn.getPictures().isEmpty());
    }

    private String placing(ConversationTurn turn, boolean first) {
        int unplaced = turn.getQuestion().contains(PLACEHOLDER) ? 0 : turn.getPictures().size();
        int inFront = unplaced + (first ? kept.size() : 0);
        return (PLACEHOLDER + "\n").repeat(inFront) + turn.getQuestion();
    }
}
