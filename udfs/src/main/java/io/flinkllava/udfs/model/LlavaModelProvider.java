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
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.ModelOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;

/** Makes the predict functions of one use of a model. */
final class LlavaModelProvider implements AsyncPredictRuntimeProvider, PredictRuntimeProvider {

    private static final Logger LOG = LoggerFactory.getLogger(LlavaModelProvider.class);

    /** Flink fails the job when its own timeout is over, so a request must be late before. */
    private static final int PERCENT_OF_TIMEOUT = 80;

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
        LlavaSettings settings = statement.settings();
        GenerationParameters generation =
                reader.apply(settings.generation(), LlavaOptions.ANSWERING);
        Duration timeLimit =
                reader.given(LlavaOptions.REQUEST_TIMEOUT).orElse(settings.requestTimeout());
        if (async) {
            Duration timeout =
                    call.getOptional(MLPredictRuntimeConfigOptions.ASYNC_TIMEOUT)
                            .orElseGet(
                                    () ->
                                            session.get(
                                                    ExecutionConfigOptions
                                                            .TABLE_EXEC_ASYNC_ML_PREDICT_TIMEOUT));
            timeLimit = below(timeout, timeLimit, reader);
            checkCapacity(call, reader);
        }
        try {
            reader.finish("ML_PREDICT with " + statement.where());
        } catch (IllegalArgumentException e) {
            throw new ValidationException(e.getMessage(), e);
        }
        return new Prediction(
                settings,
                statement.template(generation, timeLimit),
                statement.input(),
                statement.output());
    }

    private Duration below(Duration timeout, Duration timeLimit, OptionReader problems) {
        boolean given =
                statement.settings().hasRequestTimeout()
                        || !timeLimit.equals(statement.settings().requestTimeout());
        if (!given) {
            return timeout.multipliedBy(PERCENT_OF_TIMEOUT).dividedBy(100);
        }
        if (timeLimit.compareTo(timeout) >= 0) {
            problems.problem(
                    LlavaOptions.REQUEST_TIMEOUT.key()
                            + " ("
                            + timeLimit.toMillis()
                            + " ms) is not below Flink's own timeout ("
                            + timeout.toMillis()
                            + " ms), which fails the job: lower it, or raise "
                            + ExecutionConfigOptions.TABLE_EXEC_ASYNC_ML_PREDICT_TIMEOUT.key());
        }
        return timeLimit;
    }

    private void checkCapacity(ReadableConfig call, OptionReader problems) {
        int inFlight =
                call.getOptional(MLPredictRuntimeConfigOptions.ASYNC_MAX_CONCURRENT_OPERATIONS)
                        .orElseGet(
                                () ->
                                        session.get(
                                                ExecutionConfigOptions
                                                        .TABLE_EXEC_ASYNC_ML_PREDICT_MAX_CONCURRENT_OPERATIONS));
        ModelOptions options = statement.settings().model().options();
        String key =
                ExecutionConfigOptions.TABLE_EXEC_ASYNC_ML_PREDICT_MAX_CONCURRENT_OPERATIONS.key();
        if (inFlight > options.limits().maxQueuedRequests()) {
            problems.problem(
                    key
                            + " ("
                            + inFlight
                            + ") is more than the model's max-queued-requests ("
                            + options.limits().maxQueuedRequests()
                            + "): lower it, or raise that");
        }
        if (inFlight < options.batching().maxBatchSize()) {
            LOG.warn(
                    "{} holds {} rows in a batch, but only {} may be in flight in a subtask: raise"
                            + " {} to {} or more",
                    statement.where(),
                    options.batching().maxBatchSize(),
                    inFlight,
                    key,
                    2 * options.batching().maxBatchSize());
        }
    }
}
