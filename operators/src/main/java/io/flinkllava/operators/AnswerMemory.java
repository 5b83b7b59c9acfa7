package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.TypeInformation;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.ModelInfo;

import java.time.Duration;
import java.util.Optional;

/**
 * Equal requests, the records of one key, are asked once; failures are not remembered.
 *
 * <p>Records that had no request when the key was computed share a key and nothing else: they take
 * no part in the memory, in either direction.
 */
record AnswerMemory<T>(RequestKey<T> keys, Duration timeToLive)
        implements KeyMemory<Question<T>, KnownAnswer> {

    @Override
    public String name() {
        return "known-answer";
    }

    @Override
    public TypeInformation<KnownAnswer> type() {
        return KnownAnswer.TYPE;
    }

    @Override
    public KeyTurn<KnownAnswer> turn(
            Question<T> value, Optional<KnownAnswer> memory, ModelInfo model) {
        if (value.key().equals(RequestKey.NO_REQUEST)) {
            // Whatever made it so should happen again, and become the record's failure.
            String unused = keys.digest(value.input());
            return new KeyTurn<>(ask(value), outcome -> memory);
        }
        return new KeyTurn<>(
                memory.filter(known -> known.modelVersion().equals(model.fingerprint()))
                        .<Action>map(known -> new Action.Known(known.outcome()))
                        .orElseGet(() -> ask(value)),
                outcome -> known(outcome).or(() -> memory));
    }

    private Action ask(Question<T> value) {
        return new Action.Ask(keys.drafts().apply(value.input()));
    }

    /** A remembered one is not written again, or it would never be forgotten. */
    private static Optional<KnownAnswer> known(Optional<Outcome> outcome) {
        return outcome.filter(told -> told.answer() instanceof LlavaAnswer.Text)
                .filter(told -> !told.remembered())
                .map(KnownAnswer::of);
    }
}
