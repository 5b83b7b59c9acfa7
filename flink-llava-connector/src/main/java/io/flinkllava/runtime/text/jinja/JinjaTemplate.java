package io.flinkllava.runtime.text.jinja;

import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A chat template, parsed. Renders as {@code render_jinja_template} of Hugging Face transformers 5
 * does; what that rejects, and what is not covered here, is a {@link JinjaException}.
 *
 * <p>A template is only half trusted: it can neither reach Java objects nor run away. Its output,
 * its strings, its steps and the nesting of its calls are bounded.
 *
 * <p>Immutable and thread-safe.
 */
public final class JinjaTemplate {

    private static final int MAX_SOURCE = 1 << 20;

    private final Statement body;
    private final Clock clock;

    private JinjaTemplate(Statement body, Clock clock) {
        this.body = body;
        this.clock = clock;
    }

    /**
     * Parses a template.
     *
     * @throws JinjaException if it is not a template, or uses a statement that is not covered
     */
    public static JinjaTemplate parse(String source) {
        return parse(source, Clock.system(ZoneId.systemDefault()));
    }

    /** As {@link #parse(String)}, with the clock that {@code strftime_now} reads. */
    static JinjaTemplate parse(String source, Clock clock) {
        if (source.length() > MAX_SOURCE) {
            throw new JinjaException("it is longer than " + MAX_SOURCE + " characters");
        }
        try {
            return new JinjaTemplate(Parser.parse(source), clock);
        } catch (StackOverflowError e) {
            throw new JinjaException("it is nested too deeply");
        }
    }

    /**
     * Renders with variables.
     *
     * @param variables {@code null}, booleans, numbers, strings, and lists and maps of them
     * @throws JinjaException.Raised if the template calls {@code raise_exception}
     * @throws JinjaException if it goes wrong in another way, or takes too much
     */
    public String render(Map<String, Object> variables) {
        Rendering rendering = new Rendering(clock);
        Map<String, Object> values = new LinkedHashMap<>();
        variables.forEach((name, value) -> values.put(name, value(value)));
        try {
            body.execute(Scope.root(values), rendering);
            return rendering.output();
        } catch (JinjaException e) {
            throw e.at(rendering.line());
        } catch (StackOverflowError e) {
            throw new JinjaException("it is nested too deeply", rendering.line());
        }
    }

    private static Object value(Object value) {
        if (value == null || value instanceof String || value instanceof Boolean) {
            return value;
        } else if (value instanceof Integer || value instanceof Long) {
            return ((Number) value).longValue();
        } else if (value instanceof Float || value instanceof Double) {
            return ((Number) value).doubleValue();
        } else if (value instanceof List<?> list) {
            List<Object> items = new ArrayList<>();
            list.forEach(item -> items.add(value(item)));
            return items;
        } else if (value instanceof Map<?, ?> map) {
            Map<Object, Object> entries = new LinkedHashMap<>();
            map.forEach((key, item) -> entries.put(key, value(item)));
            return entries;
        }
        throw new IllegalArgumentException("Not a value for a template: " + value.getClass());
    }
}
