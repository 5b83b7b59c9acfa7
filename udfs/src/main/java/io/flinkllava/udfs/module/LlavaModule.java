package io.flinkllava.udfs.module;

import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.module.Module;

import io.flinkllava.udfs.ImageInfo;
import io.flinkllava.udfs.ImageResize;
import io.flinkllava.udfs.function.AsyncTextFunction;
import io.flinkllava.udfs.function.Call;
import io.flinkllava.udfs.function.FunctionSettings;
import io.flinkllava.udfs.function.PlanFunction;
import io.flinkllava.udfs.function.RowsFunction;
import io.flinkllava.udfs.function.TextFunction;
import io.flinkllava.udfs.function.TryFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The functions of a session. Flink asks for a function anew at each use, so they are kept: equal
 * calls are recognized by it.
 */
final class LlavaModule implements Module {

    private static final Logger LOG = LoggerFactory.getLogger(LlavaModule.class);

    private static final List<Call> TEXTS =
            List.of(Call.CAPTION, Call.ASK, Call.CHOOSE, Call.CHAT, Call.EXTRACT);

    private final Map<String, FunctionDefinition> functions = new HashMap<>();
    private final Map<String, FunctionDefinition> asyncFunctions = new HashMap<>();
    private final ReadableConfig session;

    LlavaModule(FunctionSettings settings, Execution execution, ReadableConfig session) {
        this.session = session;
        for (Call call : TEXTS) {
            functions.put(call.name(), new TextFunction(call, settings));
            if (execution == Execution.ASYNC) {
                asyncFunctions.put(call.name(), new AsyncTextFunction(call, settings));
            }
        }
        // An asynchronous function is not called where an optional argument is left out.
        functions.put(Call.ASK_IMAGES.name(), new TextFunction(Call.ASK_IMAGES, settings));
        functions.put(Call.TRY_ASK.name(), new TryFunction(Call.TRY_ASK, settings));
        functions.put(Call.ASK_ROWS.name(), new RowsFunction(Call.ASK_ROWS, settings));
        functions.put(Call.PLAN.name(), new PlanFunction(Call.PLAN, settings));
        functions.put("IMAGE_INFO", new ImageInfo());
        functions.put(
                "IMAGE_RESIZE", new ImageResize(settings.standard().model().options().limits()));
        if (execution == Execution.ASYNC) {
            LOG.warn(
                    "'execution' = 'async': where a SELECT calls an asynchronous scalar function,"
                            + " Flink 2.3.0 turns NULLs of other columns into '' or -1. ML_PREDICT"
                            + " and LATERAL TABLE({}(...)) keep them. Load the module anew"
                            + " after execution.runtime-mode was changed.",
                    Call.ASK_ROWS.name());
        }
    }

    @Override
    public Set<String> listFunctions() {
        return Set.copyOf(functions.keySet());
    }

    @Override
    public Optional<FunctionDefinition> getFunctionDefinition(String name) {
        String key = name.toUpperCase(Locale.ROOT);
        FunctionDefinition async = isBatch() ? null : asyncFunctions.get(key);
        return Optional.ofNullable(async).or(() -> Optional.ofNullable(functions.get(key)));
    }

    /** Asked at each use: a TableEnvironment's configuration may change. */
    private boolean isBatch() {
        return session.get(ExecutionOptions.RUNTIME_MODE) == RuntimeExecutionMode.BATCH;
    }
}
