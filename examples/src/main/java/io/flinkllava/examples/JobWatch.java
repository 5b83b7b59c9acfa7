package io.flinkllava.examples;

import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.core.execution.JobClient;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Waits for a job and shows meanwhile how far it is. */
public record JobWatch(JobClient job, Console console) {

    private static final long LOOK_MILLIS = 100;

    /** What is shown of a job that runs. */
    public interface Console {

        /** Called often; whether {@link #progress} should be. */
        boolean isDue();

        /** Shows the job's accumulators; empty where they cannot be had just now. */
        void progress(Map<String, Object> accumulators);

        /** Shows accumulators as one line. */
        static Console of(ProgressLine line, Function<Map<String, Object>, String> format) {
            return new Console() {
                @Override
                public boolean isDue() {
                    return line.isDue();
                }

                @Override
                public void progress(Map<String, Object> accumulators) {
                    line.show(format.apply(accumulators));
                }
            };
        }
    }

    /**
     * Returns the accumulators when the job has ended.
     *
     * @throws ExecutionException if it failed
     */
    public Map<String, Object> await() throws ExecutionException, InterruptedException {
        CompletableFuture<JobExecutionResult> end = job.getJobExecutionResult();
        while (true) {
            try {
                return end.get(LOOK_MILLIS, TimeUnit.MILLISECONDS).getAllAccumulatorResults();
            } catch (TimeoutException running) {
                if (console.isDue()) {
                    console.progress(accumulators());
                }
            }
        }
    }

    private Map<String, Object> accumulators() throws InterruptedException {
        try {
            return job.getAccumulators().get();
        } catch (ExecutionException e) {
            // The job ends just now, or has not begun; how it ended is told by its result.
            return Map.of();
        }
    }
}
