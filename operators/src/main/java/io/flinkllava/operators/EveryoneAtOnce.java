package io.flinkllava.operators;

import org.apache.flink.util.function.SerializableFunction;

import io.flinkllava.runtime.ModelInfo;

import java.util.Optional;

/** Records that have nothing to do with one another. */
record EveryoneAtOnce<I>(SerializableFunction<I, RequestDraft> drafts) implements Turns<I> {

    @Override
    public boolean arrived(InFlight<I> request) {
        return true;
    }

    @Override
    public Action action(InFlight<I> request, ModelInfo model) {
        return new Action.Ask(drafts.apply(request.value()));
    }

    @Override
    public Optional<InFlight<I>> finished(InFlight<I> request) {
        return Optional.empty();
    }
}
