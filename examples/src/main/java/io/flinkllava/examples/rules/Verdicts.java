package io.flinkllava.examples.rules;

import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.util.Collector;

import io.flinkllava.operators.LlavaResult;
import io.flinkllava.runtime.LlavaAnswer;

import java.util.List;
import java.util.stream.Stream;

/** A yes that is likely enough is an alert; a no is nothing. */
final class Verdicts extends RichFlatMapFunction<LlavaResult<Check>, String> {

    /** As models spell it. */
    private static final List<String> YES = List.of("yes", "Yes");

    private static final List<String> NO = List.of("no", "No");

    static final String CHECKS = "checks";
    static final String ALERTS = "alerts";

    private static final long serialVersionUID = 1L;

    private final LongCounter checks = new LongCounter();
    private final LongCounter alerts = new LongCounter();

    /** What the model chooses among. */
    static String[] choices() {
        return Stream.concat(YES.stream(), NO.stream()).toArray(String[]::new);
    }

    @Override
    public void open(OpenContext context) {
        getRuntimeContext().addAccumulator(CHECKS, checks);
        getRuntimeContext().addAccumulator(ALERTS, alerts);
    }

    @Override
    public void flatMap(LlavaResult<Check> result, Collector<String> lines) {
        checks.add(1);
        Check check = result.input();
        if (!result.isText()) {
            lines.collect(Report.ofFailure(check, result.failure().message()));
            return;
        }
        double confidence = probabilityOfYes(result);
        if (confidence >= check.least()) {
            alerts.add(1);
            lines.collect(Report.ofAlert(check, confidence, result.model()));
        }
    }

    private static double probabilityOfYes(LlavaResult<Check> result) {
        return result.choices().stream()
                .filter(choice -> YES.contains(choice.text()))
                .mapToDouble(LlavaAnswer.Choice::probability)
                .sum();
    }
}
