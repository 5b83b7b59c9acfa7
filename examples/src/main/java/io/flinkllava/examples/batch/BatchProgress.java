package io.flinkllava.examples.batch;

import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.core.execution.JobClient;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for a job and shows meanwhile how far it is. */
record BatchProgress(JobClient job, BatchConsole console) {

    private static final long LOOK_MILLIS = 100;

    /**
     * Returns when the job has ended.
     *
     * @throws ExecutionException if it failed
     */
    BatchCounts await() throws ExecutionException, InterruptedException {
        CompletableFuture<JobExecutionResult> end = job.getJobExecutionResult();
        while (true) {
            try {
                JobExecutionResult result = end.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                return BatchCounts.of(result.getAllAccumulatorResults());
            } catch (TimeoutException running) {
                if (console.isDue()) {
                    console.progress(counts());
                }
            }
        }
    }

    private BatchCounts counts() throws InterruptedException {
        try {
            return BatchCounts.of(job.getAccumulators().get());
        } catch (ExecutionException e) {
            // The job ends just now, or has not begun; how it ended is told by its result.
            return BatchCounts.NONE;
        }
    }
}
