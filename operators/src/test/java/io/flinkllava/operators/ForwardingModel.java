package io.flinkllava.operators;

import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelInfo;
import io.flinkllava.runtime.TokenListener;

import java.util.concurrent.CompletableFuture;

/** Another model of which some things may be different. */
class ForwardingModel implements LlavaModel {

    private final LlavaModel model;

    ForwardingModel(LlavaModel model) {
        this.model = model;
    }

    @Override
    public CompletableFuture<LlavaAnswer> submit(LlavaRequest request) {
        return model.submit(request);
    }

    @Override
    public CompletableFuture<LlavaAnswer> submit(LlavaRequest request, TokenListener listener) {
        return model.submit(request, listener);
    }

    @Override
    public ModelInfo info() {
        return model.info();
    }

    @Override
    public EngineCounters counters() {
        return model.counters();
    }

    @Override
    public void close() {
        model.close();
    }
}
