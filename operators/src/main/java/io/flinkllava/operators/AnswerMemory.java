package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.TypeInformation;

import io.flinkllava.runtime.LlavaAnswer;

import java.time.Duration;
import java.util.Optional;

/** Equal requests, the records of one key, are asked once; failures are not remembered. */
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
    public Action action(Question<T> value, Optional<KnownAnswer> memory, String modelVersion) {
        if (value.key().equals(RequestKey.NO_REQUEST)) {
            // Whatever made it so happens again, and becomes the record's failure.
            String unused = keys.digest(value.input());
        }
        return memory.filter(known -> known.modelVersion().equals(modelVersion))
                .<Action>map(known -> new Action.Known(known.outcome()))
                .orElseGet(() -> new Action.Ask(keys.drafts().apply(value.input())));
    }

    @Override
    public Optional<KnownAnswer> after(
            Question<T> value, Optional<KnownAnswer> memory, Optional<Outcome> outcome) {
        // A remembered one is not written again, or it would never be forgotten.
        return outcome.filter(told -> told.answer() instanceof LlavaAnswer.Text)
                .filter(told -> !told.remembered())
                .map(KnownAnswer::of)
                .or(() -> memory);
    }
}
