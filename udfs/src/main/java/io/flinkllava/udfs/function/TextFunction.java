package io.flinkllava.udfs.function;

import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.inference.TypeInference;

import io.flinkllava.udfs.request.RequestParts;

/**
 * Returns an answer's text and waits for it: works in streaming and batch, and wherever SQL takes
 * an expression. NULL where an argument that must be given is NULL.
 */
public class TextFunction extends ScalarFunction implements SpecializedFunction {

    private static final long serialVersionUID = 1L;

    private final CallSource source;
    private transient OpenCall open;
    private transient ErrorPolicy onError;

    /** A function whose model the job's parameters name. */
    protected TextFunction(Call call) {
        this(new CallSource.OfJob(call));
    }

    /** A function of a module. */
    public TextFunction(Call call, FunctionSettings settings) {
        this(new CallSource.OfModule(call, settings));
    }

    private TextFunction(CallSource source) {
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
        return new TextFunction(new CallSource.Planned(source.planned(context)));
    }

    @Override
    public void open(FunctionContext context) {
        PlannedCall planned = ((CallSource.Planned) source).plan();
        onError = planned.settings().onError();
        open = planned.open(context);
    }

    /** Called by Flink, with the arguments of {@link Call}. */
    public StringData eval(Object... values) {
        RequestParts parts = open.parts(values);
        return open.isNull(parts) ? null : TextAnswer.of(open.answer(parts), onError);
    }

    @Override
    public void close() {
        if (open != null) {
            open.close();
        }
    }
}
