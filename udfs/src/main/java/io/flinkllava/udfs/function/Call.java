package io.flinkllava.udfs.function;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.StaticArgument;
import org.apache.flink.table.types.inference.TypeInference;

import io.flinkllava.udfs.request.Part;
import io.flinkllava.udfs.request.Task;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * How a function is called, and what it asks.
 *
 * @param namedArguments whether arguments may be named, which Flink allows only where each has one
 *     type; pictures are then {@code ARRAY<BYTES>}
 */
public record Call(String name, Task task, List<Parameter> parameters, boolean namedArguments)
        implements Serializable {

    private static final Parameter IMAGE = Parameter.of("image", Part.PICTURES);
    private static final Parameter QUESTION = Parameter.of("question", Part.QUESTION);
    private static final Parameter MODEL = Parameter.optional("model", Part.MODEL);

    public static final Call CAPTION =
            overloaded(
                    "LLAVA_CAPTION",
                    Task.CAPTION,
                    IMAGE,
                    Parameter.optional("prompt", Part.QUESTION),
                    MODEL);
    public static final Call ASK = overloaded("LLAVA_ASK", Task.ASK, IMAGE, QUESTION, MODEL);
    public static final Call TRY_ASK =
            overloaded("LLAVA_TRY_ASK", Task.ASK, IMAGE, QUESTION, MODEL);
    public static final Call ASK_ROWS =
            overloaded("LLAVA_ASK_ROWS", Task.ASK, IMAGE, QUESTION, MODEL);
    public static final Call CHOOSE =
            overloaded(
                    "LLAVA_CHOOSE",
                    Task.CHOOSE,
                    IMAGE,
                    QUESTION,
                    Parameter.of("choices", Part.CHOICES),
                    MODEL);
    public static final Call CHAT =
            overloaded("LLAVA_CHAT", Task.ASK, IMAGE, Parameter.of("turns", Part.TURNS), MODEL);
    public static final Call EXTRACT =
            overloaded(
                    "LLAVA_EXTRACT",
                    Task.EXTRACT,
                    IMAGE,
                    Parameter.of("prompt", Part.QUESTION),
                    Parameter.of("json_schema", Part.SCHEMA),
                    MODEL);
    public static final Call PLAN =
            overloaded(
                    "LLAVA_PLAN",
                    Task.ASK,
                    Parameter.of("image_width", Part.WIDTH),
                    Parameter.of("image_height", Part.HEIGHT),
                    QUESTION,
                    MODEL);
    public static final Call ASK_IMAGES =
            new Call(
                    "LLAVA_ASK_IMAGES",
                    Task.ASK,
                    List.of(Parameter.of("images", Part.PICTURES), QUESTION, MODEL),
                    true);

    private static Call overloaded(String name, Task task, Parameter... parameters) {
        return new Call(name, task, List.of(parameters), false);
    }

    /** What Flink's planner asks for. */
    TypeInference typeInference(DataType output) {
        TypeInference.Builder inference = TypeInference.newBuilder();
        if (namedArguments) {
            inference.staticArguments(
                    parameters.stream()
                            .map(
                                    parameter ->
                                            StaticArgument.scalar(
                                                    parameter.name(),
                                                    onlyType(parameter.part()),
                                                    parameter.optional()))
                            .toList());
        } else {
            inference.inputTypeStrategy(new OverloadedArguments(this));
        }
        return inference.outputTypeStrategy(context -> Optional.of(output)).build();
    }

    private static DataType onlyType(Part part) {
        return part == Part.PICTURES
                ? DataTypes.ARRAY(DataTypes.BYTES()).bridgedTo(ArrayData.class)
                : part.types().get(0);
    }
}
