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
import io.flinkllava.runtime.ModelInfo;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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

    private static final Conversation EMPTY = new Conversation(List.of(), List.of(), 0);

    @Override
    public String name() {
        return "conversation";
    }

    @Override
    public TypeInformation<Conversation> type() {
        return new AvroTypeInfo<>(Conversation.class);
    }

    @Override
    public KeyTurn<Conversation> turn(
            Question<T> value, Optional<Conversation> memory, ModelInfo model) {
        if (resets.apply(value.input())) {
            return new KeyTurn<>(new Action.Nothing(), outcome -> Optional.empty());
        }
        Conversation conversation = memory.orElse(EMPTY);
        ConversationTurn asked = unanswered(value.input());
        DialoguePrompt prompt =
                new DialoguePrompt(
                        system, conversation.getKept(), with(conversation.getTurns(), asked));
        return new KeyTurn<>(
                new Action.Ask(
                        new RequestDraft(
                                prompt.pictures().stream().map(ConversationMemory::source).toList(),
                                List.of(),
                                prompt.messages(),
                                generation,
                                LlavaRequest.NO_LIMIT)),
                outcome -> after(memory, asked, outcome.orElseThrow(), model));
    }

    private Optional<Conversation> after(
            Optional<Conversation> memory,
            ConversationTurn asked,
            Outcome outcome,
            ModelInfo model) {
        if (outcome.answer() instanceof LlavaAnswer.Text said) {
            return Optional.of(limits.truncate(answered(memory.orElse(EMPTY), asked, said), model));
        }
        // What is remembered may be at fault, and the dialogue would fail until its time is up.
        return ((LlavaAnswer.Failure) outcome.answer()).isTooLong()
                ? memory.flatMap(ConversationLimits::shorter)
                : memory.flatMap(dialogue -> ConversationLimits.without(outcome.gone(), dialogue));
    }

    private static Conversation answered(
            Conversation before, ConversationTurn asked, LlavaAnswer.Text said) {
        long all = said.promptTokens() + (long) said.completionTokens();
        long added = all - ConversationLimits.tokens(before);
        ConversationTurn turn =
                new ConversationTurn(
                        asked.getPictures(),
                        asked.getQuestion(),
                        said.text(),
                        (int) Math.max(said.completionTokens(), added));
        return new Conversation(
                before.getKept(), with(before.getTurns(), turn), before.getKeptTokens());
    }

    private static List<ConversationTurn> with(
            List<ConversationTurn> turns, ConversationTurn turn) {
        return Stream.concat(turns.stream(), Stream.of(turn)).toList();
    }

    private ConversationTurn unanswered(T record) {
        return new ConversationTurn(
                images.apply(record).stream().map(ConversationMemory::stored).toList(),
                RequestSource.present(question.apply(record), "question"),
                "",
                0);
    }

    /** Bytes are copied: the record is emitted, and whoever gets it may change them. */
    private static ConversationPicture stored(PictureSource source) {
        return source instanceof PictureSource.Reference reference
                ? new ConversationPicture(null, reference.uri())
                : new ConversationPicture(
                        ByteBuffer.wrap(((PictureSource.Bytes) source).encoded().clone()), null);
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
