package io.flinkllava.udfs.model;

import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.AsyncPredictFunction;
import org.apache.flink.table.functions.FunctionContext;

import io.flinkllava.udfs.request.ModelSession;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** {@code ML_PREDICT} with many rows in flight. Public for Flink alone. */
public final class AsyncPrediction extends AsyncPredictFunction {

    private static final long serialVersionUID = 1L;

    private final Prediction prediction;
    private transient ModelSession session;

    AsyncPrediction(Prediction prediction) {
        this.prediction = prediction;
    }

    @Override
    public void open(FunctionContext context) {
        session = prediction.open(context);
    }

    /** Flink's own prints the row, and its pictures, where something fails. */
    @Override
    public void eval(CompletableFuture<Collection<RowData>> result, Object... values) {
        var unused =
                asyncPredict(GenericRowData.of(values))
                        .whenComplete(
                                (rows, fault) -> {
                                    if (fault == null) {
                                        result.complete(rows);
                                    } else {
                                        result.completeExceptionally(fault);
                                    }
                                });
    }

    @Override
    public CompletableFuture<Collection<RowData>> asyncPredict(RowData row) {
        return prediction.predict(session, row).thenApply(List::of);
    }

    @Override
    public void close() {
        if (session != null) {
            session.close();
        }
    }
}
