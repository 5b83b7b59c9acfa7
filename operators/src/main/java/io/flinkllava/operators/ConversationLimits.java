package io.flinkllava.operators;

import io.flinkllava.operators.state.Conversation;
import io.flinkllava.operators.state.ConversationPicture;
import io.flinkllava.operators.state.ConversationTurn;

import java.io.Serializable;
import java.util.List;

/**
 * How much of a dialogue is remembered.
 *
 * @param maxTurns questions with their answers, at least 1
 * @param maxTokens of all turns together, at least 1
 */
record ConversationLimits(int maxTurns, int maxTokens) implements Serializable {

    static final int DEFAULT_TOKENS = 1536;
    static final ConversationLimits DEFAULT = new ConversationLimits(16, DEFAULT_TOKENS);

    ConversationLimits {
        if (maxTurns < 1 || maxTokens < 1) {
            throw new IllegalArgumentException(
                    "Limits must be at least 1: max-turns "
                            + maxTurns
                            + ", max-tokens "
                            + maxTokens);
        }
    }

    /** Forgets the oldest turns until the limits hold; the first picture of all stays. */
    Conversation truncate(Conversation conversation) {
        List<ConversationPicture> kept = conversation.getKept();
        List<ConversationTurn> turns = conversation.getTurns();
        while (turns.size() > maxTurns || tokens(turns) > maxTokens) {
            List<ConversationPicture> forgotten = turns.get(0).getPictures();
            if (kept.isEmpty() && !forgotten.isEmpty()) {
                kept = List.of(forgotten.get(0));
            }
            turns = turns.subList(1, turns.size());
        }
        return new Conversation(List.copyOf(kept), List.copyOf(turns));
    }

    static long tokens(List<ConversationTurn> turns) {
        return turns.stream().mapToLong(ConversationTurn::getTokens).sum();
    }
}
