package io.flinkllava.udfs.function;

import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.SpecializedFunction.SpecializedContext;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.CallContext;

import io.flinkllava.flink.options.OptionReader;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.udfs.request.Argument;
import io.flinkllava.udfs.request.AsyncLimits;
import io.flinkllava.udfs.request.Part;
import io.flinkllava.udfs.request.RequestParts;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A call as Flink has planned it, and as the job carries it.
 *
 * @param arguments what the arguments are, in their order
 * @param model name of the model if the call names it by a literal, else the standard one; opened
 *     with the task
 * @param inFlight rows that may be in flight in a subtask
 */
record PlannedCall(
        Call call, FunctionSettings settings, List<Argument> arguments, String model, int inFlight)
        implements Serializable {

    private static final String PARAMETER_PREFIX = "llava.";

    /** A call of a function with settings of its own. */
    static PlannedCall of(Call call, FunctionSettings settings, SpecializedContext context) {
        CallContext planned = context.getCallContext();
        List<DataType> types = planned.getArgumentDataTypes();
        List<Argument> arguments = new ArrayList<>();
        String model = FunctionSettings.STANDARD;
        for (int i = 0; i < types.size(); i++) {
            Part part = call.parameters().get(i).part();
            arguments.add(new Argument(part, types.get(i).getLogicalType()));
            if (part == Part.MODEL && planned.isArgumentLiteral(i)) {
                model = planned.getArgumentValue(i, String.class).orElse(model);
            }
        }
        try {
            settings.model(model);
        } catch (LlavaException e) {
            throw new ValidationException(call.name() + ": " + e.getMessage(), e);
        }
        return new PlannedCall(call, settings, List.copyOf(arguments), model, 1);
    }

    /** A call of a catalog's function, which is told of its model by the job's parameters. */
    static PlannedCall ofJob(Call call, SpecializedContext context) {
        return of(call, jobSettings(call, context.getConfiguration()), context);
    }

    private static FunctionSettings jobSettings(Call call, ReadableConfig config) {
        Map<String, String> parameters =
                config.getOptional(PipelineOptions.GLOBAL_JOB_PARAMETERS).orElse(Map.of());
        Map<String, String> given =
                parameters.entrySet().stream()
                        .filter(parameter -> parameter.getKey().startsWith(PARAMETER_PREFIX))
                        .collect(
                                Collectors.toMap(
                                        parameter ->
                                                parameter
                                                        .getKey()
                                                        .substring(PARAMETER_PREFIX.length()),
                                        Map.Entry::getValue));
        OptionReader reader = new OptionReader(given);
        FunctionSettings settings = FunctionSettings.read(given, reader);
        try {
            reader.finish(
                    call.name()
                            + ", parameters of the job ("
                            + PipelineOptions.GLOBAL_JOB_PARAMETERS.key()
                            + ") that begin with "
                            + PARAMETER_PREFIX);
        } catch (IllegalArgumentException e) {
            throw new ValidationException(e.getMessage(), e);
        }
        return settings;
    }

    /** The same for an asynchronous function. */
    PlannedCall within(AsyncLimits limits) {
        return new PlannedCall(
                call, settings.within(call.name(), limits), arguments, model, limits.inFlight());
    }

    /** What the values of a row are of a request; an optional one that is NULL is not there. */
    RequestParts parts(Object... values) {
        RequestParts parts = new RequestParts();
        for (int i = 0; i < values.length; i++) {
            if (values[i] != null || !call.parameters().get(i).optional()) {
                parts.with(arguments.get(i), values[i]);
            }
        }
        return parts;
    }

    /**
     * Whether a parameter that must be given is NULL: then so is what a scalar function returns.
     */
    boolean isNull(RequestParts parts) {
        return call.parameters().stream()
                .anyMatch(parameter -> !parameter.optional() && parts.isNull(parameter.part()));
    }

    /** Leases the model. Call it in the task. */
    OpenCall open(FunctionContext context) {
        OpenCall open = new OpenCall(this, context);
        open.session(model);
        return open;
    }
}
