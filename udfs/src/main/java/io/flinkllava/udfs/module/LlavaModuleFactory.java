package io.flinkllava.udfs.module;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.factories.ModuleFactory;
import org.apache.flink.table.module.Module;

import io.flinkllava.flink.options.LlavaOptions;
import io.flinkllava.flink.options.OptionReader;
import io.flinkllava.flink.options.Spelling;
import io.flinkllava.udfs.function.FunctionSettings;

import java.util.HashSet;
import java.util.Set;

import static org.apache.flink.configuration.ConfigOptions.key;

/**
 * Makes the module of {@code LOAD MODULE llava WITH ('model' = ...)}.
 *
 * <p>Runs where statements are planned, and loads nothing there.
 */
public final class LlavaModuleFactory implements ModuleFactory {

    public static final String IDENTIFIER = "llava";

    public static final ConfigOption<String> EXECUTION =
            key("execution")
                    .stringType()
                    .defaultValue(Spelling.of(Execution.SYNC))
                    .withDescription(
                            "whether functions that return a text wait for it (sync) or have many"
                                    + " rows in flight (async, streaming only)");

    @Override
    public String factoryIdentifier() {
        return IDENTIFIER;
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(LlavaOptions.MODEL);
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        Set<ConfigOption<?>> options = new HashSet<>(LlavaOptions.all());
        options.add(EXECUTION);
        options.add(FunctionSettings.ON_ERROR);
        options.remove(LlavaOptions.MODEL);
        return options;
    }

    /**
     * Checks the statement.
     *
     * @throws ValidationException which names every wrong option
     */
    @Override
    public Module createModule(Context context) {
        OptionReader reader = new OptionReader(context.getOptions());
        FunctionSettings settings = FunctionSettings.read(context.getOptions(), reader);
        Execution execution = reader.constant(EXECUTION, Execution.class);
        try {
            reader.finish("Module llava");
        } catch (IllegalArgumentException e) {
            throw new ValidationException(e.getMessage(), e);
        }
        return new LlavaModule(settings, execution, context.getConfiguration());
    }
}
