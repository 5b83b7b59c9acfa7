package io.flinkllava.udfs.model;

import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.FunctionContext;

import io.flinkllava.flink.options.LlavaSettings;
import io.flinkllava.udfs.request.ModelSession;
import io.flinkllava.udfs.request.RequestTemplate;

import java.io.Serializable;
import java.util.concurrent.CompletableFuture;

/**
 * What a statement makes of each row, as the job carries it.
 *
 * @param inFlight rows that may be in flight in a subtask
 */
record Prediction(
        LlavaSettings settings,
        int inFlight,
        RequestTemplate template,
        InputColumns input,
        OutputColumns output)
        implements Serializable {

    ModelSession open(FunctionContext context) {
        return ModelSession.open(settings, context, context.getMetricGroup(), inFlight);
    }

    /** The output row of an input row. The future never fails. */
    CompletableFuture<RowData> predict(ModelSession session, RowData row) {
        return session.ask(template, input.parts(row), output::verdict).thenApply(output::row);
    }
}
