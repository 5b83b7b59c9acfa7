package io.flinkllava.runtime.pool;

import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.EngineCounters.VisionCounters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelInfo;
import io.flinkllava.runtime.ModelLoader;
import io.flinkllava.runtime.ModelOptions;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Loads models that only count, and notices two open ones of one folder and double closing. */
final class FakeModels implements ModelLoader {

    static final LlavaAnswer LOST =
            new LlavaAnswer.Failure(LlavaErrorCode.UNAVAILABLE, "The device is lost");
    static final LlavaAnswer CLOSED =
            new LlavaAnswer.Failure(LlavaErrorCode.MODEL, "The model is closed");

    final List<FakeModel> opened = new CopyOnWriteArrayList<>();
    final List<String> faults = new CopyOnWriteArrayList<>();
    private final Map<Path, AtomicInteger> openByFolder = new ConcurrentHashMap<>();

    /** Runs within each load, on its thread: may wait, may throw. */
    volatile Runnable duringLoad = () -> {};

    volatile Runnable duringClose = () -> {};

    /** Runs within each submission: may throw. */
    volatile Runnable duringSubmit = () -> {};

    @Override
    public LlavaModel open(Path folder, ModelOptions options) {
        duringLoad.run();
        if (openByFolder.computeIfAbsent(folder, any -> new AtomicInteger()).incrementAndGet()
                != 1) {
            faults.add("two open models of " + folder);
        }
        FakeModel model = new FakeModel(folder, options);
        opened.add(model);
        return model;
    }

    /** The model behind a lease. */
    static FakeModel of(ModelLease lease) {
        return (FakeModel) ((ReopeningModel) lease.model()).last();
    }

    long open() {
        return opened.stream().filter(model -> !model.closedBy.isDone()).count();
    }

    final class FakeModel implements LlavaModel {

        final CompletableFuture<Thread> closedBy = new CompletableFuture<>();
        private final Path folder;
        private final ModelOptions options;

        FakeModel(Path folder, ModelOptions options) {
            this.folder = folder;
            this.options = options;
        }

        /** Requests that are neither answered nor failed yet. */
        final Queue<CompletableFuture<LlavaAnswer>> asked = new ConcurrentLinkedQueue<>();

        /** What they ask. */
        final Queue<LlavaRequest> requests = new ConcurrentLinkedQueue<>();

        private volatile boolean broken;

        /** Fails what is in it and takes nothing more. */
        void breakDown() {
            broken = true;
            asked.forEach(answer -> answer.complete(LOST));
        }

        @Override
        public CompletableFuture<LlavaAnswer> submit(LlavaRequest request) {
            duringSubmit.run();
            CompletableFuture<LlavaAnswer> answer = new CompletableFuture<>();
            requests.add(request);
            asked.add(answer);
            if (!isUsable()) {
                answer.complete(broken ? LOST : CLOSED);
            }
            return answer;
        }

        boolean isBroken() {
            return broken;
        }

        @Override
        public boolean isUsable() {
            return !broken && !closedBy.isDone();
        }

        @Override
        public ModelInfo info() {
            return new ModelInfo(
                    String.valueOf(folder.getFileName()),
                    "0123456789abcdef",
                    "llava",
                    options.device(),
                    1,
                    1);
        }

        @Override
        public EngineCounters counters() {
            return new EngineCounters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, VisionCounters.NONE);
        }

        @Override
        public void close() {
            if (!closedBy.complete(Thread.currentThread())) {
                faults.add("closed twice: " + folder);
            }
            try {
                duringClose.run();
            } finally {
                openByFolder.get(folder).decrementAndGet();
            }
        }
    }
}
