package io.flinkllava.udfs.request;

import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;

import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.Message;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * The values of one request in Flink's internal data structures, as a row brought them. Reading one
 * that is NULL, or holds NULL, is the row's failure.
 */
public final class RequestParts {

    private static final int ROLE = 0;
    private static final int CONTENT = 1;

    private final Map<Part, LogicalType> types = new EnumMap<>(Part.class);
    private final Map<Part, Object> values = new EnumMap<>(Part.class);

    /** Adds a value, which may be null. */
    public RequestParts with(Argument argument, Object value) {
        types.put(argument.part(), argument.type());
        if (value != null) {
            values.put(argument.part(), value);
        }
        return this;
    }

    /** Whether there is such a part, and it is NULL. */
    public boolean isNull(Part part) {
        return has(part) && !values.containsKey(part);
    }

    private boolean has(Part part) {
        return types.containsKey(part);
    }

    /** A text; empty if the row has no such part. */
    public Optional<String> text(Part part) {
        return has(part) ? Optional.of(present(part).toString()) : Optional.empty();
    }

    /** A number that the row has. */
    public int number(Part part) {
        return ((Number) present(part)).intValue();
    }

    /** Pictures, each a {@code byte[]} or the {@code String} that says where it is. */
    List<Object> pictures() {
        if (!has(Part.PICTURES)) {
            return List.of();
        }
        Object value = present(Part.PICTURES);
        if (value instanceof ArrayData array) {
            boolean named =
                    types.get(Part.PICTURES)
                            .getChildren()
                            .get(0)
                            .is(LogicalTypeFamily.CHARACTER_STRING);
            return elements(
                    array,
                    Part.PICTURES,
                    i -> named ? array.getString(i).toString() : array.getBinary(i));
        }
        return List.of(value instanceof StringData text ? text.toString() : value);
    }

    /**
     * Something that is equal for equal requests, and stays so when Flink uses the row's memory
     * again; empty if there is no telling, as with pictures that are read by name.
     *
     * @throws LlavaException INPUT if a part is NULL
     */
    public Optional<Object> identity() {
        List<Object> pictures = pictures();
        if (pictures.stream().anyMatch(String.class::isInstance)) {
            return Optional.empty();
        }
        List<Object> identity = new ArrayList<>();
        pictures.forEach(picture -> identity.add(ByteBuffer.wrap((byte[]) picture)));
        identity.add(turns());
        identity.add(choices());
        for (Part part : List.of(Part.QUESTION, Part.SCHEMA, Part.MODEL)) {
            identity.add(text(part));
        }
        return Optional.of(identity);
    }

    Optional<List<String>> choices() {
        if (!has(Part.CHOICES)) {
            return Optional.empty();
        }
        ArrayData array = (ArrayData) present(Part.CHOICES);
        return Optional.of(elements(array, Part.CHOICES, i -> array.getString(i).toString()));
    }

    Optional<List<Message>> turns() {
        if (!has(Part.TURNS)) {
            return Optional.empty();
        }
        ArrayData array = (ArrayData) present(Part.TURNS);
        return Optional.of(elements(array, Part.TURNS, i -> turn(array.getRow(i, 2), i)));
    }

    private static Message turn(RowData turn, int index) {
        if (turn.isNullAt(ROLE) || turn.isNullAt(CONTENT)) {
            throw LlavaException.input("Turn " + (index + 1) + " of the conversation has a NULL");
        }
        String role = turn.getString(ROLE).toString();
        try {
            return new Message(
                    Message.Role.valueOf(role.toUpperCase(Locale.ROOT)),
                    turn.getString(CONTENT).toString());
        } catch (IllegalArgumentException e) {
            throw LlavaException.input(
                    "Turn "
                            + (index + 1)
                            + " of the conversation is by '"
                            + role
                            + "': use system, user or assistant");
        }
    }

    private static <T> List<T> elements(ArrayData array, Part part, IntFunction<T> element) {
        List<T> elements = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            if (array.isNullAt(i)) {
                throw LlavaException.input(
                        "Element " + (i + 1) + " of the " + part.noun() + " is NULL");
            }
            elements.add(element.apply(i));
        }
        return elements;
    }

    private Object present(Part part) {
        Object value = values.get(part);
        if (value == null) {
            throw LlavaException.input("The " + part.noun() + " is NULL");
        }
        return value;
    }
}
