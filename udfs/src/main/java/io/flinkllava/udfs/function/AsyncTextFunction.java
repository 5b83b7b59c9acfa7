package io.flinkllava.udfs.function;

import org.apache.flink.table.api.config.ExecutionConfigOptions;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.functions.AsyncScalarFunction;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.inference.TypeInference;

import io.flinkllava.udfs.request.AsyncLimits;
import io.flinkllava.udfs.request.RequestParts;

import java.util.concurrent.CompletableFuture;

/**
 * Returns an answer's text with many rows in flight; streaming only. Flink 2.3.0 does not call it
 * where an argument is NULL, and turns NULLs of columns that pass by into '' or -1.
 */
public final class AsyncTextFunction extends AsyncScalarFunction implements SpecializedFunction {

    private static final long serialVersionUID = 1L;

    private final CallSource source;
    private transient OpenCall open;
    private transient ErrorPolicy onError;

    /** A function of a module. */
    public AsyncTextFunction(Call call, FunctionSettings settings) {
        this(new CallSource.OfModule(call, settings));
    }

    private AsyncTextFunction(CallSource source) {
        this.source = source;
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory types) {
        return source.call().typeInference(TextAnswer.TYPE);
    }

    /** Folding would load the model where the statement is planned. */
    @Override
    public boolean supportsConstantFolding() {
        return false;
    }

    @Override
    public UserDefinedFunction specialize(SpecializedContext context) {
        return new AsyncTextFunction(
                new CallSource.Planned(
                        source.planned(context)
                                .within(
                                        AsyncLimits.of(
                                                context.getConfiguration(),
                                                ExecutionConfigOptions
                                                        .TABLE_EXEC_ASYNC_SCALAR_TIMEOUT,
                                                ExecutionConfigOptions
                                                        .TABLE_EXEC_ASYNC_SCALAR_MAX_CONCURRENT_OPERATIONS))));
    }

    @Override
    public void open(FunctionContext context) {
        PlannedCall planned = ((CallSource.Planned) source).plan();
        onError = planned.settings().onError();
        open = planned.open(context);
    }

    /** Called by Flink, with the arguments of {@link Call}. */
    public void eval(CompletableFuture<StringData> result, Object... values) {
        RequestParts parts = open.parts(values);
        if (open.isNull(parts)) {
            result.complete(null);
            return;
        }
        var unused =
                open.ask(parts)
                        .thenApply(reply -> TextAnswer.of(reply, onError))
                        .whenComplete(
                                (text, fault) -> {
                                    if (fault == null) {
                                        result.complete(text);
                                    } else {
                                        result.completeExceptionally(fault);
                                    }
                                });
    }

    @Override
    public void close() {
        if (open != null) {
            open.close();
        }
    }
}
