package io.flinkllava.udfs.image;

import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The columns that a table of format {@code image} may have, by name. All may be NULL. */
enum ImageColumn {
    /** The encoded picture, as it is in the file; NULL if it cannot be used. */
    CONTENT("BYTES"),
    /** In pixels, as shown. */
    WIDTH("INT"),
    /** In pixels, as shown. */
    HEIGHT("INT"),
    /** {@code png}, {@code jpeg}, {@code webp}, {@code gif}, {@code bmp} or {@code tiff}. */
    IMAGE_FORMAT("STRING"),
    /** Why there is no content; NULL if there is. */
    ERROR("STRING");

    private final String type;

    ImageColumn(String type) {
        this.type = type;
    }

    /** The column's value, in Flink's internal representation. */
    Object valueOf(Picture picture) {
        if (this == ERROR) {
            return StringData.fromString(picture.error());
        }
        if (picture.error() != null) {
            return null;
        }
        return switch (this) {
            case CONTENT -> picture.content();
            case WIDTH -> picture.info().uprightWidth();
            case HEIGHT -> picture.info().uprightHeight();
            case IMAGE_FORMAT ->
                    StringData.fromString(picture.info().format().toLowerCase(Locale.ROOT));
            case ERROR -> null;
        };
    }

    /**
     * The columns of a table.
     *
     * @param physical its row without partition and metadata columns
     * @throws ValidationException if there is one that this format does not have
     */
    static List<ImageColumn> of(DataType physical) {
        return DataType.getFields(physical).stream()
                .map(field -> of(field.getName(), field.getDataType().getLogicalType()))
                .toList();
    }

    private static ImageColumn of(String name, LogicalType type) {
        for (ImageColumn column : values()) {
            if (column.column().equals(name)) {
                column.check(type);
                return column;
            }
        }
        throw new ValidationException(
                "Format 'image' has no column '%s', only %s; what the file system knows are metadata columns, such as path STRING NOT NULL METADATA FROM 'file.path'"
                        .formatted(
                                name,
                                Arrays.stream(values())
                                        .map(ImageColumn::declaration)
                                        .collect(Collectors.joining(", "))));
    }

    private void check(LogicalType declared) {
        if (!declared.isNullable() || !declared.asSummaryString().equals(type)) {
            throw new ValidationException(
                    "Format 'image' wants the column %s, which may be NULL; it is declared %s"
                            .formatted(declaration(), declared.asSummaryString()));
        }
    }

    private String declaration() {
        return column() + " " + type;
    }

    private String column() {
        return name().toLowerCase(Locale.ROOT);
    }
}
