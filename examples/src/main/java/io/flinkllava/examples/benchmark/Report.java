package io.flinkllava.examples.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flinkllava.examples.benchmark.Arrivals.Answered;
import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.EngineCounters.LoopTimes;
import io.flinkllava.runtime.LlavaAnswer;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What a run was like.
 *
 * @param name of the run
 * @param requests answered
 * @param seconds from the first submission to the last answer
 * @param tokens generated
 * @param firstToken milliseconds from a submission to its first token, sorted
 * @param latency milliseconds from a submission to its answer, sorted
 * @param meanBatch rows of a decode step on average
 * @param overhead the share of the engine's time that no step of the model took
 */
record Report(
        String name,
        int requests,
        double seconds,
        long tokens,
        double[] firstToken,
        double[] latency,
        double meanBatch,
        double overhead) {

    static final String HEADER =
            "| run | requests | requests/s | tokens/s | first token p50 / p99 ms | latency p50 / p99"
                    + " ms | mean batch | outside steps |\n"
                    + "|---|---|---|---|---|---|---|---|";

    /**
     * Puts a report together.
     *
     * @throws IllegalStateException if a request failed: what is measured then is something else
     */
    static Report of(
            String name, List<Answered> answers, EngineCounters before, EngineCounters after) {
        long first = answers.stream().mapToLong(Answered::submitted).min().orElseThrow();
        long last = answers.stream().mapToLong(Answered::answered).max().orElseThrow();
        double seconds = (last - first) / 1e9;
        long tokens = 0;
        double[] firstToken = new double[answers.size()];
        double[] latency = new double[answers.size()];
        for (int i = 0; i < answers.size(); i++) {
            Answered answered = answers.get(i);
            if (answered.answer() instanceof LlavaAnswer.Failure failure) {
                throw new IllegalStateException("A request failed: " + failure.message());
            }
            LlavaAnswer.Text text = (LlavaAnswer.Text) answered.answer();
            tokens += text.completionTokens();
            firstToken[i] = text.timing().toFirstToken() / 1e6;
            latency[i] = (answered.answered() - answered.submitted()) / 1e6;
        }
        Arrays.sort(firstToken);
        Arrays.sort(latency);
        long steps = after.decodeSteps() - before.decodeSteps();
        double meanBatch =
                steps == 0 ? 0 : (double) (after.decodeRows() - before.decodeRows()) / steps;
        LoopTimes start = before.times();
        LoopTimes end = after.times();
        long loop = end.loop() - start.loop();
        double overhead = loop == 0 ? 0 : 1 - (double) (end.executor() - start.executor()) / loop;
        return new Report(
                name, answers.size(), seconds, tokens, firstToken, latency, meanBatch, overhead);
    }

    double requestsPerSecond() {
        return requests / seconds;
    }

    /** The value that this share of all does not exceed; of sorted values. */
    static double quantile(double[] sorted, double share) {
        return sorted[(int) Math.max(0, Math.ceil(share * sorted.length) - 1)];
    }

    /** A row below {@link #HEADER}. */
    String row() {
        return String.format(
                Locale.ROOT,
                "| %s | %d | %.2f | %.1f | %.0f / %.0f | %.0f / %.0f | %.2f | %.1f %% |",
                name,
                requests,
                requestsPerSecond(),
                tokens / seconds,
                quantile(firstToken, 0.5),
                quantile(firstToken, 0.99),
                quantile(latency, 0.5),
                quantile(latency, 0.99),
                meanBatch,
                100 * overhead);
    }

    /** The same as one line of JSON, for plots. */
    String json() {
        ObjectNode json = new ObjectMapper().createObjectNode();
        return json.put("name", name)
                .put("requests", requests)
                .put("requests_per_second", requestsPerSecond())
                .put("tokens_per_second", tokens / seconds)
                .put("first_token_p50_ms", quantile(firstToken, 0.5))
                .put("first_token_p99_ms", quantile(firstToken, 0.99))
                .put("latency_p50_ms", quantile(latency, 0.5))
                .put("latency_p99_ms", quantile(latency, 0.99))
                .put("mean_batch", meanBatch)
                .put("outside_steps", overhead)
                .toString();
    }
}
