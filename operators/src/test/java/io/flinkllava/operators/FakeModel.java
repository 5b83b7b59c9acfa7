package io.flinkllava.operators;

import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.EngineCounters.VisionCounters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelInfo;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A model that answers when and in the order in which a test tells it to. */
final class FakeModel implements LlavaModel {

    static final String NAME = "fake-llava";

    private final List<LlavaRequest> requests = new ArrayList<>();
    private final List<CompletableFuture<LlavaAnswer>> futures = new ArrayList<>();
    private Error error;
    private int closes;

    @Override
    public synchronized CompletableFuture<LlavaAnswer> submit(LlavaRequest request) {
        if (error != null) {
            throw error;
        }
        CompletableFuture<LlavaAnswer> future = new CompletableFuture<>();
        requests.add(request);
        futures.add(future);
        notifyAll();
        return future;
    }

    /** Lets the JVM fail whenever it is asked. */
    synchronized void failWith(Error value) {
        error = value;
    }

    /** Waits until so many requests were asked. */
    synchronized void awaitAsked(int count) throws InterruptedException {
        while (requests.size() < count) {
            wait();
        }
    }

    /** Answers the n-th request it was asked, from 0. */
    synchronized void answer(int index) {
        futures.get(index).complete(Photo.answer(requests.get(index)));
    }

    synchronized void complete(int index, LlavaAnswer answer) {
        futures.get(index).complete(answer);
    }

    synchronized CompletableFuture<LlavaAnswer> future(int index) {
        return futures.get(index);
    }

    synchronized LlavaRequest request(int index) {
        return requests.get(index);
    }

    synchronized int asked() {
        return requests.size();
    }

    int closes() {
        return closes;
    }

    @Override
    public ModelInfo info() {
        return new ModelInfo(NAME, "0123456789abcdef", "llava", Device.CPU, 8, 512);
    }

    @Override
    public EngineCounters counters() {
        return new EngineCounters(0, 0, 0, 0, 0, 0, 2, 5, 0, 0, VisionCounters.NONE);
    }

    @Override
    public void close() {
        closes++;
    }
}
