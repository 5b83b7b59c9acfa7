package io.flinkllava.udfs.function;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.functions.SpecializedFunction;
import org.apache.flink.table.functions.UserDefinedFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.TypeInference;

import io.flinkllava.flink.model.TaskModel;
import io.flinkllava.flink.options.LlavaSettings;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.RequestPlan;
import io.flinkllava.runtime.RequestPlanner;
import io.flinkllava.udfs.request.Part;
import io.flinkllava.udfs.request.RequestParts;

import java.util.HashMap;
import java.util.Map;

/**
 * Tells what a question about a picture of some size will take, without the model. NULL where an
 * argument that must be given is NULL.
 */
public class PlanFunction extends ScalarFunction implements SpecializedFunction {

    private static final long serialVersionUID = 1L;
    private static final double MIB = 1 << 20;
    private static final DataType TYPE =
            DataTypes.ROW(
                            DataTypes.FIELD("image_tokens", DataTypes.INT()),
                            DataTypes.FIELD("prompt_tokens", DataTypes.INT()),
                            DataTypes.FIELD("kv_mib", DataTypes.DOUBLE()))
                    .bridgedTo(RowData.class);

    private final CallSource source;
    private transient PlannedCall planned;
    private transient FunctionContext context;
    private transient Map<String, RequestPlanner> planners;

    /** A function whose model the job's parameters name. */
    protected PlanFunction(Call call) {
        this(new CallSource.OfJob(call));
    }

    /** A function of a module. */
    public PlanFunction(Call call, FunctionSettings settings) {
        this(new CallSource.OfModule(call, settings));
    }

    private PlanFunction(CallSource source) {
        this.source = source;
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory types) {
        return source.call().typeInference(TYPE);
    }

    /** The checkpoint need not be there where the statement is planned. */
    @Override
    public boolean supportsConstantFolding() {
        return false;
    }

    @Override
    public UserDefinedFunction specialize(SpecializedContext context) {
        return new PlanFunction(new CallSource.Planned(source.planned(context)));
    }

    @Override
    public void open(FunctionContext task) {
        context = task;
        planned = ((CallSource.Planned) source).plan();
        planners = new HashMap<>();
        planner(planned.model());
    }

    public RowData eval(Object width, Object height, Object question) {
        return plan(width, height, question);
    }

    public RowData eval(Object width, Object height, Object question, Object model) {
        return plan(width, height, question, model);
    }

    private RowData plan(Object... values) {
        RequestParts parts = planned.parts(values);
        if (planned.isNull(parts)) {
            return null;
        }
        try {
            String model = parts.text(Part.MODEL).orElse(FunctionSettings.STANDARD);
            LlavaSettings settings = planned.settings().model(model);
            RequestPlan plan =
                    planner(model)
                            .plan(
                                    parts.number(Part.WIDTH),
                                    parts.number(Part.HEIGHT),
                                    parts.text(Part.QUESTION).orElseThrow(),
                                    settings.generation());
            return GenericRowData.of(plan.imageTokens(), plan.promptTokens(), plan.kvBytes() / MIB);
        } catch (LlavaException e) {
            boolean isOfAllRows = e.code() == LlavaErrorCode.MODEL;
            if (isOfAllRows || planned.settings().onError() == ErrorPolicy.FAIL) {
                throw e;
            }
            return null;
        }
    }

    private RequestPlanner planner(String model) {
        return planners.computeIfAbsent(
                model,
                name ->
                        planned.settings()
                                .model(name)
                                .model()
                                .planner(
                                        context.getTaskInfo(),
                                        context.getExternalResourceInfos(TaskModel.GPU_RESOURCE)));
    }

    @Override
    public void close() {
        if (planners != null) {
            planners.values().forEach(RequestPlanner::close);
        }
    }
}
