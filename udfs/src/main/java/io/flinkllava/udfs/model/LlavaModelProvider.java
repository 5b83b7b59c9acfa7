package io.flinkllava.udfs.model;

import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.api.config.ExecutionConfigOptions;
import org.apache.flink.table.api.config.MLPredictRuntimeConfigOptions;
import org.apache.flink.table.functions.AsyncPredictFunction;
import org.apache.flink.table.functions.PredictFunction;
import org.apache.flink.table.ml.AsyncPredictRuntimeProvider;
import org.apache.flink.table.ml.ModelProvider;
import org.apache.flink.table.ml.PredictRuntimeProvider;

import io.flinkllava.flink.options.LlavaOptions;
import io.flinkllava.flink.options.LlavaSettings;
import io.flinkllava.flink.options.OptionReader;
import io.flinkllava.udfs.request.AsyncLimits;

import java.util.List;

/** Makes the predict functions of one use of a model. */
final class LlavaModelProvider implements AsyncPredictRuntimeProvider, PredictRuntimeProvider {

    /** What the MAP of a call may say to Flink. */
    private static final List<String> KEYS_OF_FLINK =
            List.of(
                    MLPredictRuntimeConfigOptions.ASYNC.key(),
                    MLPredictRuntimeConfigOptions.ASYNC_OUTPUT_MODE.key(),
                    MLPredictRuntimeConfigOptions.ASYNC_MAX_CONCURRENT_OPERATIONS.key(),
                    MLPredictRuntimeConfigOptions.ASYNC_TIMEOUT.key());

    private final ModelStatement statement;
    private final ReadableConfig session;

    LlavaModelProvider(ModelStatement statement, ReadableConfig session) {
        this.statement = statement;
        this.session = session;
    }

    @Override
    public ModelProvider copy() {
        return new LlavaModelProvider(statement, session);
    }

    @Override
    public AsyncPredictFunction createAsyncPredictFunction(Context context) {
        return new AsyncPrediction(prediction(context, true));
    }

    @Override
    public PredictFunction createPredictFunction(Context context) {
        return new SyncPrediction(prediction(context, false));
    }

    /** Reads what the call says in its MAP, which goes before the statement. */
    private Prediction prediction(Context context, boolean async) {
        ReadableConfig call = context.runtimeConfig();
        OptionReader reader = new OptionReader(call.toMap());
        reader.ignore(KEYS_OF_FLINK);
        LlavaSettings said = statement.settings();
        LlavaSettings settings =
                said.withGeneration(reader.apply(said.generation(), LlavaOptions.ANSWERING))
                        .withRequestTimeout(
                                reader.given(LlavaOptions.REQUEST_TIMEOUT)
                                        .orElse(said.requestTimeout()));
        try {
            reader.finish("ML_PREDICT with " + statement.where());
        } catch (IllegalArgumentException e) {
            throw new ValidationException(e.getMessage(), e);
        }
        if (!async) {
            return statement.prediction(settings, 1);
        }
        AsyncLimits limits = limits(call);
        return statement.prediction(limits.applyTo(statement.where(), settings), limits.inFlight());
    }

    private AsyncLimits limits(ReadableConfig call) {
        AsyncLimits limits =
                AsyncLimits.of(
                        session,
                        ExecutionConfigOptions.TABLE_EXEC_ASYNC_ML_PREDICT_TIMEOUT,
                        ExecutionConfigOptions
                                .TABLE_EXEC_ASYNC_ML_PREDICT_MAX_CONCURRENT_OPERATIONS);
        return limits.withTimeout(
                        call.getOptional(MLPredictRuntimeConfigOptions.ASYNC_TIMEOUT)
                                .orElse(limits.timeout()))
                .withInFlight(
                        call.getOptional(
                                        MLPredictRuntimeConfigOptions
                                                .ASYNC_MAX_CONCURRENT_OPERATIONS)
                                .orElse(limits.inFlight()));
    }
}
