package io.flinkllava.udfs.model;

import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;

import io.flinkllava.flink.options.OptionReader;
import io.flinkllava.udfs.request.Argument;
import io.flinkllava.udfs.request.Part;
import io.flinkllava.udfs.request.RequestParts;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the columns of INPUT are, in their order. Types say it, and names where a text may be a
 * question or the path of a picture.
 */
record InputColumns(List<Argument> columns) implements Serializable {

    private static final Set<String> PICTURE_NAMES =
            Set.of(
                    "image",
                    "images",
                    "picture",
                    "pictures",
                    "photo",
                    "photos",
                    "path",
                    "paths",
                    "uri",
                    "uris",
                    "url",
                    "urls");

    /** Finds out, and tells the reader of columns that are nothing. */
    static InputColumns of(ResolvedSchema schema, OptionReader problems) {
        Map<Part, String> names = new EnumMap<>(Part.class);
        List<Argument> columns = new ArrayList<>();
        for (Column column : schema.getColumns()) {
            LogicalType type = column.getDataType().getLogicalType();
            Optional<Part> part = part(column.getName(), type);
            if (part.isEmpty()) {
                problems.problem(unusable(column.getName(), type));
                continue;
            }
            String other = names.put(part.get(), column.getName());
            if (other != null) {
                problems.problem(
                        "INPUT columns '"
                                + other
                                + "' and '"
                                + column.getName()
                                + "' are both the "
                                + part.get().noun()
                                + ": keep one. A text is a picture's path if its name is or ends"
                                + " with one of "
                                + sortedPictureNames());
            }
            columns.add(new Argument(part.get(), type));
        }
        return new InputColumns(List.copyOf(columns));
    }

    private static Optional<Part> part(String name, LogicalType type) {
        boolean isText = type.is(LogicalTypeFamily.CHARACTER_STRING);
        boolean isPicture = Part.PICTURES.accepts(type);
        if (isPicture && (isPictureName(name) || !(isText || isTexts(type)))) {
            return Optional.of(Part.PICTURES);
        }
        if (isText) {
            return Optional.of(Part.QUESTION);
        }
        if (isTexts(type)) {
            return Optional.of(Part.CHOICES);
        }
        return Part.TURNS.accepts(type) ? Optional.of(Part.TURNS) : Optional.empty();
    }

    private static boolean isTexts(LogicalType type) {
        return Part.CHOICES.accepts(type);
    }

    private static boolean isPictureName(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return PICTURE_NAMES.stream().anyMatch(lower::endsWith);
    }

    private static String unusable(String name, LogicalType type) {
        return "INPUT column '"
                + name
                + "' is "
                + type.asSummaryString()
                + ": give a picture ("
                + Part.PICTURES.typeNames()
                + "), a question ("
                + Part.QUESTION.typeNames()
                + "), a conversation ("
                + Part.TURNS.typeNames()
                + ") or choices ("
                + Part.CHOICES.typeNames()
                + ")";
    }

    private static List<String> sortedPictureNames() {
        return PICTURE_NAMES.stream().sorted().toList();
    }

    boolean has(Part part) {
        return columns.stream().anyMatch(column -> column.part() == part);
    }

    /** The values of a row as Flink hands them to predict functions. */
    RequestParts parts(RowData row) {
        GenericRowData values = (GenericRowData) row;
        RequestParts parts = new RequestParts();
        for (int i = 0; i < columns.size(); i++) {
            parts.with(columns.get(i), values.getField(i));
        }
        return parts;
    }
}
