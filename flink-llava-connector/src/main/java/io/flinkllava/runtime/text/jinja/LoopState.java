package io.flinkllava.runtime.text.jinja;

import java.util.List;

/** {@code loop} inside of a for statement. */
final class LoopState {

    private final List<Object> items;
    private int index;
    private List<Object> lastChanged;

    LoopState(List<Object> items) {
        this.items = items;
    }

    void moveTo(int item) {
        index = item;
    }

    Object attribute(String name) {
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) items.size() - index;
            case "revindex0" -> items.size() - index - 1L;
            case "first" -> index == 0;
            case "last" -> index == items.size() - 1;
            case "length" -> (long) items.size();
            case "depth" -> 1L;
            case "depth0" -> 0L;
            case "previtem" -> neighbour(index - 1, "there is no previous item, which");
            case "nextitem" -> neighbour(index + 1, "there is no next item, which");
            case "cycle" -> (Callable) (arguments, rendering) -> cycle(arguments.positional());
            case "changed" -> (Callable) (arguments, rendering) -> changed(arguments.positional());
            default -> new Undefined("attribute '" + name + "' of the loop");
        };
    }

    private Object neighbour(int at, String what) {
        return at >= 0 && at < items.size() ? items.get(at) : new Undefined(what);
    }

    private Object cycle(List<Object> values) {
        if (values.isEmpty()) {
            throw new JinjaException("nothing to cycle through");
        }
        return values.get(index % values.size());
    }

    private boolean changed(List<Object> values) {
        boolean changed = lastChanged == null || !Operators.areEqual(lastChanged, values);
        lastChanged = values;
        return changed;
    }
}
