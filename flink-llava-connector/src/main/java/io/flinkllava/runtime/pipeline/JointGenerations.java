package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.engine.Generation;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Several generations that are of use together only. */
final class JointGenerations {

    private JointGenerations() {}

    /** Completes with all of them; the first that fails, or cancelling, gives up the others. */
    static CompletableFuture<List<Generation>> of(List<CompletableFuture<Generation>> parts) {
        CompletableFuture<List<Generation>> all = new CompletableFuture<>();
        AtomicInteger left = new AtomicInteger(parts.size());
        for (CompletableFuture<Generation> part : parts) {
            var unused =
                    part.whenComplete(
                            (generation, fault) -> {
                                if (fault != null) {
                                    all.completeExceptionally(fault);
                                } else if (left.decrementAndGet() == 0) {
                                    all.complete(
                                            parts.stream().map(CompletableFuture::join).toList());
                                }
                            });
        }
        var unused =
                all.whenComplete(
                        (generations, fault) -> {
                            if (fault != null) {
                                parts.forEach(part -> part.cancel(false));
                            }
                        });
        return all;
    }
}
