package io.flinkllava.udfs.model;

import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flinkllava.udfs.request.AnswerColumn;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A column that is filled from a JSON object. The object is flat: a field of a ROW is the property
 * {@code column.field}.
 */
sealed interface JsonField extends Serializable {

    /** Adds the properties to those of a JSON Schema. */
    void declare(ObjectNode properties);

    /** What the model is told of each property. */
    Stream<String> descriptions();

    /**
     * Reads the value from an object, in Flink's internal data structures.
     *
     * @throws IllegalArgumentException if it is not there or does not fit the column
     */
    Object read(JsonNode object);

    /**
     * The field of a column.
     *
     * @param description what the model is told of it, empty for nothing; of a ROW it is told with
     *     each field
     * @throws IllegalArgumentException if no JSON stands for the type
     */
    static JsonField of(String path, LogicalType type, String description) {
        if (type instanceof RowType row) {
            return new Group(
                    row.getFields().stream()
                            .map(
                                    field ->
                                            of(
                                                    path + "." + field.getName(),
                                                    field.getType(),
                                                    Stream.of(
                                                                    description,
                                                                    field.getDescription()
                                                                            .orElse(""))
                                                            .filter(said -> !said.isEmpty())
                                                            .collect(Collectors.joining("; "))))
                            .toList());
        }
        // Tells whether there is a JSON type.
        String unused = jsonType(path, elementType(type));
        return new Property(path, type, description);
    }

    private static LogicalType elementType(LogicalType type) {
        return type instanceof ArrayType array ? array.getElementType() : type;
    }

    private static String jsonType(String path, LogicalType type) {
        if (AnswerColumn.isLimitedText(type)) {
            throw new IllegalArgumentException(
                    "OUTPUT column '"
                            + path
                            + "' is "
                            + type.asSummaryString()
                            + ", but answers have no fixed length: use STRING");
        }
        return switch (type.getTypeRoot()) {
            case VARCHAR -> "string";
            case BOOLEAN -> "boolean";
            case TINYINT, SMALLINT, INTEGER, BIGINT -> "integer";
            case FLOAT, DOUBLE, DECIMAL -> "number";
            default ->
                    throw new IllegalArgumentException(
                            "OUTPUT column '"
                                    + path
                                    + "' is "
                                    + type.asSummaryString()
                                    + ", which cannot be extracted: use STRING, BOOLEAN, integers,"
                                    + " FLOAT, DOUBLE, DECIMAL, ARRAYs of these, or a ROW");
        };
    }

    /** A column of type ROW. */
    record Group(List<JsonField> fields) implements JsonField {

        @Override
        public void declare(ObjectNode properties) {
            fields.forEach(field -> field.declare(properties));
        }

        @Override
        public Stream<String> descriptions() {
            return fields.stream().flatMap(JsonField::descriptions);
        }

        @Override
        public Object read(JsonNode object) {
            return GenericRowData.of(fields.stream().map(field -> field.read(object)).toArray());
        }
    }

    /** One property. */
    record Property(String path, LogicalType type, String description) implements JsonField {

        @Override
        public void declare(ObjectNode properties) {
            ObjectNode property = properties.putObject(path);
            if (type instanceof ArrayType) {
                property.put("type", "array");
                property.putObject("items").put("type", jsonType(path, elementType(type)));
            } else {
                property.put("type", jsonType(path, type));
            }
        }

        @Override
        public Stream<String> descriptions() {
            return Stream.of(description.isEmpty() ? path : path + " (" + description + ")");
        }

        @Override
        public Object read(JsonNode object) {
            JsonNode value = object.path(path);
            if (type instanceof ArrayType array) {
                require(value.isArray(), value);
                return new GenericArrayData(
                        StreamSupport.stream(value.spliterator(), false)
                                .map(element -> scalar(element, array.getElementType()))
                                .toArray());
            }
            return scalar(value, type);
        }

        private Object scalar(JsonNode value, LogicalType wanted) {
            switch (wanted.getTypeRoot()) {
                case VARCHAR -> {
                    require(value.isTextual(), value);
                    return StringData.fromString(value.textValue());
                }
                case BOOLEAN -> {
                    require(value.isBoolean(), value);
                    return value.booleanValue();
                }
                default -> {
                    require(value.isNumber(), value);
                    return number(value, wanted);
                }
            }
        }

        private Object number(JsonNode value, LogicalType wanted) {
            return switch (wanted.getTypeRoot()) {
                case TINYINT -> (byte) within(value, Byte.MIN_VALUE, Byte.MAX_VALUE);
                case SMALLINT -> (short) within(value, Short.MIN_VALUE, Short.MAX_VALUE);
                case INTEGER -> (int) within(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
                case BIGINT -> within(value, Long.MIN_VALUE, Long.MAX_VALUE);
                case FLOAT -> (float) finite(value, value.floatValue());
                case DOUBLE -> finite(value, value.doubleValue());
                default -> decimal(value, (DecimalType) wanted);
            };
        }

        private long within(JsonNode value, long least, long most) {
            require(value.canConvertToExactIntegral() && value.canConvertToLong(), value);
            require(value.longValue() >= least && value.longValue() <= most, value);
            return value.longValue();
        }

        private double finite(JsonNode value, double number) {
            require(Double.isFinite(number), value);
            return number;
        }

        /** Tells what is too large or too small by its exponent: it may have a billion digits. */
        private DecimalData decimal(JsonNode value, DecimalType wanted) {
            BigDecimal number = value.decimalValue();
            long magnitude = (long) number.precision() - number.scale();
            if (magnitude < -wanted.getScale()) {
                number = BigDecimal.ZERO;
            }
            boolean fits =
                    number.signum() == 0 || magnitude <= wanted.getPrecision() - wanted.getScale();
            DecimalData decimal =
                    fits
                            ? DecimalData.fromBigDecimal(
                                    number, wanted.getPrecision(), wanted.getScale())
                            : null;
            require(decimal != null, value);
            return decimal;
        }

        private void require(boolean fits, JsonNode value) {
            if (!fits) {
                throw new IllegalArgumentException(
                        value.isMissingNode()
                                ? "'" + path + "' is missing"
                                : "'" + path + "' does not fit " + type.asSummaryString());
            }
        }
    }
}
