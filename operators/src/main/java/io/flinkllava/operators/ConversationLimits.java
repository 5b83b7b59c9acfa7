package io.flinkllava.operators;

import io.flinkllava.operators.state.Conversation;
import io.flinkllava.operators.state.ConversationPicture;
import io.flinkllava.operators.state.ConversationTurn;
import io.flinkllava.runtime.ModelInfo;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * How much of a dialogue is remembered.
 *
 * @param maxTurns questions with their answers, at least 1
 * @param maxTokens of all that is remembered, pictures included; or {@link #FROM_MODEL}
 */
record ConversationLimits(int maxTurns, int maxTokens) implements Serializable {

    /** As many tokens as leave room for the next question and its answer. */
    static final int FROM_MODEL = 0;

    static final int NEXT_TURN_TOKENS = 512;
    static final ConversationLimits DEFAULT = new ConversationLimits(16, FROM_MODEL);

    ConversationLimits {
        if (maxTurns < 1 || maxTokens < FROM_MODEL) {
            throw new IllegalArgumentException(
                    "Limits must be at least 1: max-turns "
                            + maxTurns
                            + ", max-tokens "
                            + maxTokens);
        }
    }

    /**
     * A dialogue within the limits: as it is, or the newer half of it. If one turn were forgotten
     * at a time, each prompt would begin in another way than the one before it, and nothing of it
     * would be found prefilled. The newest turn stays in any case.
     */
    Conversation truncate(Conversation conversation, ModelInfo model) {
        int most = maxTokens == FROM_MODEL ? roomFor(model.maxSequenceLength()) : maxTokens;
        if (conversation.getTurns().size() <= maxTurns && tokens(conversation) <= most) {
            return conversation;
        }
        Conversation left = conversation;
        while (left.getTurns().size() > 1 && !isHalf(left, most)) {
            left = withoutOldest(left);
        }
        return left;
    }

    private static int roomFor(int sequenceLength) {
        return Math.max(sequenceLength / 2, sequenceLength - NEXT_TURN_TOKENS);
    }

    private boolean isHalf(Conversation conversation, int most) {
        return conversation.getTurns().size() <= (maxTurns + 1) / 2
                && turnTokens(conversation) <= (most - conversation.getKeptTokens()) / 2;
    }

    /** A dialogue of several turns without its oldest; the first picture of all stays. */
    static Conversation withoutOldest(Conversation conversation) {
        List<ConversationTurn> turns = conversation.getTurns();
        List<ConversationTurn> newer = List.copyOf(turns.subList(1, turns.size()));
        List<ConversationPicture> pictures = turns.get(0).getPictures();
        return conversation.getKept().isEmpty() && !pictures.isEmpty()
                ? new Conversation(
                        List.of(pictures.get(0)), newer, turns.get(0).getTokens() / pictures.size())
                : new Conversation(conversation.getKept(), newer, conversation.getKeptTokens());
    }

    /** A dialogue without its oldest turn; empty where nothing is left. */
    static Optional<Conversation> shorter(Conversation conversation) {
        return Optional.of(conversation)
                .filter(dialogue -> dialogue.getTurns().size() > 1)
                .map(ConversationLimits::withoutOldest);
    }

    /**
     * What is left of a dialogue when pictures are gone: the turns after the last one that shows
     * such a picture, all of them if none does; empty where nothing is left.
     */
    static Optional<Conversation> without(Set<String> gone, Conversation conversation) {
        List<ConversationTurn> turns = conversation.getTurns();
        int spoilt = turns.size();
        while (spoilt > 0 && !shows(gone, turns.get(spoilt - 1).getPictures())) {
            spoilt--;
        }
        Conversation left = conversation;
        for (int i = 0; i < spoilt; i++) {
            left = withoutOldest(left);
        }
        if (shows(gone, left.getKept())) {
            left = new Conversation(List.of(), left.getTurns(), 0);
        }
        return left.getKept().isEmpty() && left.getTurns().isEmpty()
                ? Optional.empty()
                : Optional.of(left);
    }

    private static boolean shows(Set<String> gone, List<ConversationPicture> pictures) {
        return pictures.stream()
                .map(ConversationPicture::getReference)
                .filter(Objects::nonNull)
                .anyMatch(gone::contains);
    }

    /** Tokens of all that is remembered. */
    static long tokens(Conversation conversation) {
        return conversation.getKeptTokens() + turnTokens(conversation);
    }

    private static long turnTokens(Conversation conversation) {
        return conversation.getTurns().stream().mapToLong(ConversationTurn::getTokens).sum();
    }
}
