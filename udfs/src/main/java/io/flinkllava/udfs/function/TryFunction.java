package io.flinkllava.udfs.function;

import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.inference.TypeInference;

/** Returns a row with the answer, or with the error in its place, and waits for it. */
public class TryFunction extends ScalarFunction implements SpecializedFunction {

    private static final long serialVersionUID = 1L;

    private final CallSource source;
    private transient OpenCall open;

    /** A function whose model the job's parameters name. */
    protected TryFunction(Call call) {
        this(new CallSource.OfJob(call));
    }

    /** A function of a module. */
    public TryFunction(Call call, FunctionSettings settings) {
        this(new CallSource.OfModule(call, settings));
    }

    private TryFunction(CallSource source) {
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
        return new TryFunction(new CallSource.Planned(source.planned(context)));
    }

    @Override
    public void open(FunctionContext context) {
        open = ((CallSource.Planned) source).plan().open(context);
    }

    /** Called by Flink, with the arguments of {@link Call}. */
    public RowData eval(Object... values) {
        return AnswerRow.of(open.answer(open.parts(values)));
    }

    @Override
    public void close() {
        if (open != null) {
            open.close();
        }
    }
}
