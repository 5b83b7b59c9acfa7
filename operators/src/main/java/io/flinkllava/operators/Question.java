package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.transformations.PartitionTransformation;
import org.apache.flink.util.function.SerializableFunction;

import java.util.Map;
import java.util.Objects;

/**
 * A record with what was said about it upstream of the operator, so that replays and restores do
 * not change it. Public for Flink's serializer of records alone.
 *
 * @param input the record
 * @param key what tells its request from others, where equal ones are asked once; else empty
 * @param model the model that answers it
 */
public record Question<T>(T input, String key, ModelVersion model) {

    public Question {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(model, "model");
    }

    /** The questions of a job whose model does not change. */
    static <T> DataStream<Question<T>> stamp(
            DataStream<T> stream, SerializableFunction<T, String> keys, String uid) {
        return besideItsInput(
                stream,
                stream.map(value -> new Question<>(value, keys.apply(value), ModelVersion.FIRST))
                        .returns(type(stream.getType()))
                        .name(uid + "-questions")
                        .uid(uid + "-questions"));
    }

    /**
     * As parallel as what is in front of it: a shuffle here would mix the records of a key. Where a
     * job asked for a shuffle, it wants the parallelism behind it.
     */
    static <T> DataStream<Question<T>> besideItsInput(
            DataStream<T> stream, SingleOutputStreamOperator<Question<T>> questions) {
        boolean shuffled = stream.getTransformation() instanceof PartitionTransformation;
        int parallelism = stream.getParallelism();
        return shuffled || parallelism < 1 ? questions : questions.setParallelism(parallelism);
    }

    @SuppressWarnings("unchecked") // A class literal has no type arguments.
    static <T> TypeInformation<Question<T>> type(TypeInformation<T> input) {
        return (TypeInformation<Question<T>>)
                (TypeInformation<?>)
                        Types.POJO(
                                Question.class,
                                Map.of(
                                        "input",
                                        input,
                                        "key",
                                        Types.STRING,
                                        "model",
                                        ModelVersion.TYPE));
    }
}
