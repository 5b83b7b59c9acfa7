package io.flinkllava.examples.conversation;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Lines become turns; those that get no answer of the model are replied to at once. */
final class TurnReader extends ProcessFunction<String, Turn> {

    static final OutputTag<String> REPLIES = new OutputTag<>("replies", Types.STRING);

    private static final long serialVersionUID = 1L;

    @Override
    public void processElement(String line, Context context, Collector<Turn> turns) {
        if (line.isBlank()) {
            return;
        }
        try {
            Turn turn = Turn.parse(line);
            turns.collect(turn);
            if (turn.reset()) {
                context.output(REPLIES, Reply.ofReset(turn));
            }
        } catch (IllegalArgumentException e) {
            context.output(REPLIES, Reply.ofBadLine(line, e.getMessage()));
        }
    }
}
