package io.flinkllava.udfs.model;

import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.PredictFunction;

import io.flinkllava.udfs.request.ModelSession;

import java.util.Collection;
import java.util.List;

/** {@code ML_PREDICT} with {@code 'async' = 'false'}. Public for Flink alone. */
public final class SyncPrediction extends PredictFunction {

    private static final long serialVersionUID = 1L;

    private final Prediction prediction;
    private transient ModelSession session;

    SyncPrediction(Prediction prediction) {
        this.prediction = prediction;
    }

    @Override
    public void open(FunctionContext context) {
        session = prediction.open(context);
    }

    @Override
    public Collection<RowData> predict(RowData row) {
        return List.of(ModelSession.await(prediction.predict(session, row), session::giveUp));
    }

    @Override
    public void close() {
        if (session != null) {
            session.close();
        }
    }
}
