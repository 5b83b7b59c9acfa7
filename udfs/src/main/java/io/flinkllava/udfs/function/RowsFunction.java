package io.flinkllava.udfs.function;

import org.apache.flink.table.api.config.ExecutionConfigOptions;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.AsyncTableFunction;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.inference.TypeInference;

import io.flinkllava.udfs.request.AsyncLimits;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Returns one row with the answer, or with the error in its place, with many rows in flight: for
 * {@code LATERAL TABLE(...)}, streaming only.
 */
public class RowsFunction extends AsyncTableFunction<RowData> implements SpecializedFunction {

    private static final long serialVersionUID = 1L;

    private final CallSource source;
    private transient OpenCall open;

    /** A function whose model the job's parameters name. */
    protected RowsFunction(Call call) {
        this(new CallSource.OfJob(call));
    }

    /** A function of a module. */
    public RowsFunction(Call call, FunctionSettings settings) {
        this(new CallSource.OfModule(call, settings));
    }

    private RowsFunction(CallSource source) {
        this.source = source;
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory types) {
        return source.call().typeInference(AnswerRow.TYPE);
    }

    /** Folding would load the model where the statement is planned. */
    @Override
    public boolean supportsConstantFolding() {
        return false;
    }

    @Override
    public UserDefinedFunction specialize(SpecializedContext context) {
        return new RowsFunction(
                new CallSource.Planned(
                        source.planned(context)
                                .within(
                                        AsyncLimits.of(
                                                context.getConfiguration(),
                                                ExecutionConfigOptions
                                                        .TABLE_EXEC_ASYNC_TABLE_TIMEOUT,
                                                ExecutionConfigOptions
                                                        .TABLE_EXEC_ASYNC_TABLE_MAX_CONCURRENT_OPERATIONS))));
    }

    @Override
    public void open(FunctionContext context) {
        open = ((CallSource.Planned) source).plan().open(context);
    }

    /** Called by Flink, with the arguments of {@link Call}. */
    public void eval(CompletableFuture<Collection<RowData>> result, Object... values) {
        var unused =
                open.ask(open.parts(values))
                        .thenAccept(reply -> result.complete(List.of(AnswerRow.of(reply))));
    }

    @Override
    public void close() {
        if (open != null) {
            open.close();
        }
    }
}
