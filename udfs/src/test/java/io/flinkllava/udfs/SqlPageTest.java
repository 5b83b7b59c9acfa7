package io.flinkllava.udfs;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.description.HtmlFormatter;
import org.apache.flink.table.factories.ModuleFactory;
import org.apache.flink.table.functions.UserDefinedFunction;

import io.flinkllava.udfs.function.FunctionSettings;
import io.flinkllava.udfs.model.ModelStatementOptions;
import io.flinkllava.udfs.module.LlavaModuleFactory;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** The page says what the code does; options that Java has, too, are on a page of their own. */
class SqlPageTest {

    private static final String TABLE = "| option | default | |\n|---|---|---|\n";

    @Test
    void everyOptionOfSqlAloneIsOnThePage() {
        String expected =
                section("**`CREATE MODEL` only**", ModelStatementOptions.ALL)
                        + section(
                                "**`LOAD MODULE` only**; `on-error` for `CREATE FUNCTION`, too",
                                List.of(LlavaModuleFactory.EXECUTION, FunctionSettings.ON_ERROR));
        assertThat(SqlPage.between("<!-- options -->", "<!-- end -->")).isEqualTo(expected.strip());
    }

    private static String section(String title, List<ConfigOption<?>> options) {
        StringBuilder lines = new StringBuilder(title).append("\n\n").append(TABLE);
        for (ConfigOption<?> option : options) {
            lines.append("| `")
                    .append(option.key())
                    .append("` | ")
                    .append(written(option))
                    .append(" | ")
                    .append(new HtmlFormatter().format(option.description()).replace("|", "\\|"))
                    .append(" |\n");
        }
        return lines.append("\n").toString();
    }

    private static String written(ConfigOption<?> option) {
        return option.hasDefaultValue() ? "`" + option.defaultValue() + "`" : "";
    }

    @Test
    void everyFunctionIsOnThePage() {
        assertThat(names("\n\\| `([A-Z_]+)\\(")).containsExactlyInAnyOrderElementsOf(functions());
    }

    @Test
    void everyClassOnThePageIsAFunction() throws Exception {
        for (String name : names("[ \n]`((?:Llava|Image)[A-Za-z]+)`")) {
            assertThat(Class.forName("io.flinkllava.udfs." + name))
                    .isAssignableTo(UserDefinedFunction.class);
        }
        assertThat(names("[ \n]`((?:Llava|Image)[A-Za-z]+)`")).hasSameSizeAs(functions());
    }

    private static List<String> names(String regex) {
        return Pattern.compile(regex)
                .matcher(SqlPage.text())
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }

    private static List<String> functions() {
        return List.copyOf(
                new LlavaModuleFactory()
                        .createModule(
                                new ModuleFactory.Context() {
                                    @Override
                                    public Map<String, String> getOptions() {
                                        return Map.of("model", "/m");
                                    }

                                    @Override
                                    public ReadableConfig getConfiguration() {
                                        return new Configuration();
                                    }

                                    @Override
                                    public ClassLoader getClassLoader() {
                                        return SqlPageTest.class.getClassLoader();
                                    }
                                })
                        .listFunctions());
    }
}
