package io.flinkllava.udfs.function;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.DataType;

import io.flinkllava.runtime.LlavaAnswer.Failure;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.udfs.request.AnswerColumn;
import io.flinkllava.udfs.request.Reply;

/** The text that scalar functions return. */
final class TextAnswer {

    static final DataType TYPE = DataTypes.STRING().bridgedTo(StringData.class);

    private TextAnswer() {}

    /**
     * The text, or null.
     *
     * @throws LlavaException if there is none and the policy says so
     */
    static StringData of(Reply reply, ErrorPolicy onError) {
        if (onError == ErrorPolicy.FAIL && reply.answer() instanceof Failure failure) {
            throw new LlavaException(failure.code(), failure.message());
        }
        return (StringData) AnswerColumn.ANSWER.of(reply);
    }
}
