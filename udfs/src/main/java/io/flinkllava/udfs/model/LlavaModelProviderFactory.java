package io.flinkllava.udfs.model;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.ResolvedCatalogModel;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.factories.ModelProviderFactory;
import org.apache.flink.table.ml.ModelProvider;

import io.flinkllava.flink.options.LlavaOptions;
import io.flinkllava.flink.options.LlavaSettings;
import io.flinkllava.flink.options.OptionReader;
import io.flinkllava.udfs.request.Task;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes models of {@code CREATE MODEL ... WITH ('provider' = 'llava')}.
 *
 * <p>Runs where statements are planned, and loads nothing there.
 */
public final class LlavaModelProviderFactory implements ModelProviderFactory {

    public static final String IDENTIFIER = "llava";

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
        options.addAll(ModelStatementOptions.ALL);
        options.remove(LlavaOptions.MODEL);
        return options;
    }

    /**
     * Checks the statement.
     *
     * @throws ValidationException which names every wrong option and column
     */
    @Override
    public ModelProvider createModelProvider(Context context) {
        ResolvedCatalogModel model = context.getCatalogModel();
        OptionReader reader = new OptionReader(model.getOptions());
        reader.ignore(List.of(FactoryUtil.PROVIDER.key(), FactoryUtil.PROPERTY_VERSION.key()));
        Task task = reader.constant(ModelStatementOptions.TASK, Task.class);
        ModelStatement statement =
                new ModelStatement(
                        context.getObjectIdentifier().asSummaryString(),
                        task,
                        reader.given(ModelStatementOptions.PROMPT).orElse(task.prompt()),
                        reader.given(ModelStatementOptions.CHOICES).orElse(List.of()),
                        LlavaSettings.read(reader),
                        InputColumns.of(model.getResolvedInputSchema(), reader),
                        OutputColumns.of(task, model.getResolvedOutputSchema(), reader));
        statement.check(reader);
        try {
            reader.finish(statement.where());
        } catch (IllegalArgumentException e) {
            throw new ValidationException(e.getMessage(), e);
        }
        return new LlavaModelProvider(statement, context.getConfiguration());
    }
}
