package io.flinkllava.udfs.request;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What a column or an argument is of a request. */
public enum Part {
    /** One picture or several, as bytes or by path or URI. */
    PICTURES("picture"),
    QUESTION("question"),
    /** The dialogue so far, in place of a question. */
    TURNS("conversation"),
    CHOICES("choices"),
    /** JSON Schema of the answer. */
    SCHEMA("JSON schema"),
    /** Name of the model to ask. */
    MODEL("model"),
    /** Pixels of a picture that is not there. */
    WIDTH("width"),
    /** Likewise. */
    HEIGHT("height");

    private final String noun;

    Part(String noun) {
        this.noun = noun;
    }

    /** How messages call it. */
    public String noun() {
        return noun;
    }

    /** The types it may have, in Flink's internal data structures. */
    public List<DataType> types() {
        DataType text = DataTypes.STRING().bridgedTo(StringData.class);
        return switch (this) {
            case PICTURES ->
                    List.of(
                            DataTypes.BYTES(),
                            text,
                            array(DataTypes.BYTES()),
                            array(DataTypes.STRING()));
            case QUESTION, SCHEMA, MODEL -> List.of(text);
            case TURNS ->
                    List.of(
                            array(
                                    DataTypes.ROW(
                                            DataTypes.FIELD("role", DataTypes.STRING()),
                                            DataTypes.FIELD("content", DataTypes.STRING()))));
            case CHOICES -> List.of(array(DataTypes.STRING()));
            case WIDTH, HEIGHT -> List.of(DataTypes.INT());
        };
    }

    private static DataType array(DataType element) {
        return DataTypes.ARRAY(element).bridgedTo(ArrayData.class);
    }

    /** The types as a sentence lists them. */
    public String typeNames() {
        return types().stream()
                .map(type -> type.getLogicalType().asSummaryString())
                .collect(Collectors.joining(" or "));
    }

    /** Whether values of a type are taken. */
    public boolean accepts(LogicalType given) {
        return types().stream().anyMatch(type -> isAlike(type.getLogicalType(), given));
    }

    /** The type that arguments of a type are taken as: the same in internal data structures. */
    public Optional<DataType> accept(DataType given) {
        if (given.getLogicalType().is(LogicalTypeRoot.NULL)) {
            return Optional.of(types().get(0));
        }
        return types().stream()
                .filter(type -> isAlike(type.getLogicalType(), given.getLogicalType()))
                .findFirst()
                .map(type -> given.bridgedTo(type.getConversionClass()));
    }

    /** Lengths, nullability and names of fields make no difference. */
    private static boolean isAlike(LogicalType wanted, LogicalType given) {
        return family(wanted) == family(given)
                && wanted.getChildren().size() == given.getChildren().size()
                && IntStream.range(0, wanted.getChildren().size())
                        .allMatch(
                                i ->
                                        isAlike(
                                                wanted.getChildren().get(i),
                                                given.getChildren().get(i)));
    }

    private static LogicalTypeRoot family(LogicalType type) {
        return switch (type.getTypeRoot()) {
            case CHAR -> LogicalTypeRoot.VARCHAR;
            case BINARY -> LogicalTypeRoot.VARBINARY;
            default -> type.getTypeRoot();
        };
    }
}
