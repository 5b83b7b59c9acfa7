package io.flinkllava.examples.benchmark;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/** When requests are submitted. */
sealed interface Arrivals
        permits Arrivals.ClosedLoop, Arrivals.Poisson, Arrivals.StaticBatches, InJob {

    /** Submits all and waits for all. */
    List<Answered> run(LlavaModel model, List<LlavaRequest> requests) throws Exception;

    /** What it is called in a report. */
    String label();

    /**
     * An answer and when it came; times as {@link System#nanoTime}.
     *
     * @param submitted when the request was
     * @param answered when the answer was there
     */
    record Answered(LlavaAnswer answer, long submitted, long answered) {}

    /** So many are always under way: the next comes when one is answered. */
    record ClosedLoop(int concurrency) implements Arrivals {

        @Override
        public String label() {
            return concurrency + " at once";
        }

        @Override
        public List<Answered> run(LlavaModel model, List<LlavaRequest> requests)
                throws InterruptedException {
            Semaphore places = new Semaphore(concurrency);
            List<CompletableFuture<Answered>> futures = new ArrayList<>();
            for (LlavaRequest request : requests) {
                places.acquire();
                futures.add(
                        submit(model, request).whenComplete((answer, problem) -> places.release()));
            }
            return all(futures);
        }
    }

    /** They come by chance, so many in a second on average, whatever the model does. */
    record Poisson(double perSecond, long seed) implements Arrivals {

        @Override
        public String label() {
            return perSecond + " a second";
        }

        @Override
        public List<Answered> run(LlavaModel model, List<LlavaRequest> requests) {
            Random random = new Random(seed);
            List<CompletableFuture<Answered>> futures = new ArrayList<>();
            double due = System.nanoTime();
            for (LlavaRequest request : requests) {
                due += -Math.log(1 - random.nextDouble()) / perSecond * 1e9;
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos((long) (due - System.nanoTime()));
                }
                futures.add(submit(model, request));
            }
            return all(futures);
        }
    }

    /**
     * A batch, all of which must be answered before the next: what continuous batching replaces.
     */
    record StaticBatches(int size) implements Arrivals {

        @Override
        public String label() {
            return "batches of " + size;
        }

        @Override
        public List<Answered> run(LlavaModel model, List<LlavaRequest> requests) {
            List<Answered> answered = new ArrayList<>();
            for (int first = 0; first < requests.size(); first += size) {
                int end = Math.min(first + size, requests.size());
                answered.addAll(
                        all(
                                requests.subList(first, end).stream()
                                        .map(request -> submit(model, request))
                                        .toList()));
            }
            return answered;
        }
    }

    private static CompletableFuture<Answered> submit(LlavaModel model, LlavaRequest request) {
        long start = System.nanoTime();
        return model.submit(request)
                .thenApply(answer -> new Answered(answer, start, System.nanoTime()));
    }

    private static List<Answered> all(List<CompletableFuture<Answered>> futures) {
        return futures.stream().map(CompletableFuture::join).toList();
    }
}
