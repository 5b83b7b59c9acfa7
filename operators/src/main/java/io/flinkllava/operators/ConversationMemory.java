package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.formats.avro.typeutils.AvroTypeInfo;
import org.apache.flink.util.function.SerializableFunction;

import io.flinkllava.operators.state.Conversation;
import io.flinkllava.operators.state.ConversationPicture;
import io.flinkllava.operators.state.ConversationTurn;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaRequest;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The turns of a dialogue, the records of one key, each with what was said before. */
record ConversationMemory<T>(
        SerializableFunction<T, List<PictureSource>> images,
        SerializableFunction<T, String> question,
        SerializableFunction<T, Boolean> resets,
        String system,
        GenerationParameters generation,
        ConversationLimits limits,
        Duration timeToLive)
        implements KeyMemory<Question<T>, Conversation> {

    private static final Conversation EMPTY = new Conversation(List.of(), List.of());

    @Override
    public String name() {
        return "conversation";
    }

    @Override
    public TypeInformation<Conversation> type() {
        return new AvroTypeInfo<>(Conversation.class);
    }

    @Override
    public Action action(Question<T> value, Optional<Conversation> memory, String modelVersion) {
        if (resets.apply(value.input())) {
            return new Action.Nothing();
        }
        Conversation conversation = memory.orElse(EMPTY);
        List<ConversationTurn> turns = new ArrayList<>(conversation.getTurns());
        turns.add(newTurn(value.input(), "", 0));
        DialoguePrompt prompt = new DialoguePrompt(system, conversation.getKept(), turns);
        return new Action.Ask(
                new RequestDraft(
                        prompt.pictures().stream().map(ConversationMemory::source).toList(),
                        List.of(),
                        prompt.messages(),
                        generation,
                        LlavaRequest.NO_LIMIT));
    }

    @Override
    public Optional<Conversation> after(
            Question<T> value, Optional<Conversation> memory, Optional<Outcome> outcome) {
        if (outcome.isEmpty()) {
            return Optional.empty();
        }
        if (!(outcome.get().answer() instanceof LlavaAnswer.Text said)) {
            return memory;
        }
        Conversation conversation = memory.orElse(EMPTY);
        long before = ConversationLimits.tokens(conversation.getTurns());
        long all = said.promptTokens() + (long) said.completionTokens();
        int added = (int) Math.max(said.completionTokens(), all - before);
        List<ConversationTurn> turns = new ArrayList<>(conversation.getTurns());
        turns.add(newTurn(value.input(), said.text(), added));
        return Optional.of(limits.truncate(new Conversation(conversation.getKept(), turns)));
    }

    private ConversationTurn newTurn(T record, String answer, int tokens) {
        return new ConversationTurn(
                images.apply(record).stream().map(ConversationMemory::stored).toList(),
                RequestSource.present(question.apply(record), "question"),
                answer,
                tokens);
    }

    private static ConversationPicture stored(PictureSource source) {
        return source instanceof PictureSource.Reference reference
                ? new ConversationPicture(null, reference.uri())
                : new ConversationPicture(
                        ByteBuffer.wrap(((PictureSource.Bytes) source).encoded()), null);
    }

    private static PictureSource source(ConversationPicture picture) {
        if (picture.getReference() != null) {
            return PictureSource.reference(picture.getReference());
        }
        ByteBuffer encoded = picture.getEncoded().duplicate();
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        return PictureSource.bytes(bytes);
    }
}
