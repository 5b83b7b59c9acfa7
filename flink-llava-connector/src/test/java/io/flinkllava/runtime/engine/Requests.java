package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaRequest;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/** Requests as tests need them. */
final class Requests {

    static final Deadline NEVER = Deadline.after(LlavaRequest.NO_LIMIT, System.nanoTime());

    private Requests() {}

    /** A greedy request between two lengths. */
    static GenerationRequest of(Prompt prompt, int max, int min, Set<Integer> eosTokenIds) {
        return of(prompt, new GenerationParameters(max, min), eosTokenIds);
    }

    static GenerationRequest of(
            Prompt prompt, GenerationParameters parameters, Set<Integer> eosTokenIds) {
        return new GenerationRequest(
                prompt,
                parameters.maxNewTokens(),
                parameters,
                List.of(),
                eosTokenIds,
                StopCondition.NEVER);
    }

    /** Asks for one answer that may take any time and that nobody watches. */
    static CompletableFuture<Generation> submit(
            GenerationEngine engine, GenerationRequest request) {
        return submit(engine, request, NEVER, TokenObserver.NONE);
    }

    /** Asks for one answer. */
    static CompletableFuture<Generation> submit(
            GenerationEngine engine,
            GenerationRequest request,
            Deadline deadline,
            TokenObserver observer) {
        return new Single(engine.submit(List.of(request), deadline, observer));
    }

    /** The only one of a list, which is cancelled with it. */
    private static final class Single extends CompletableFuture<Generation> {

        private final CompletableFuture<List<Generation>> all;

        Single(CompletableFuture<List<Generation>> all) {
            this.all = all;
            var unused = all.whenComplete(this::end);
        }

        private void end(List<Generation> generations, Throwable fault) {
            if (fault instanceof CancellationException) {
                super.cancel(false);
            } else if (fault != null) {
                completeExceptionally(fault);
            } else {
                complete(generations.get(0));
            }
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            return all.cancel(mayInterruptIfRunning);
        }
    }
}
