package io.flinkllava.examples.instruct;

import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.Locale;

/**
 * Samples become LLaVA's JSON ({@code id}, {@code image}, {@code conversations} of {@code human}
 * and {@code gpt}); what is none goes to {@link #DEAD_LETTERS}, with the reason and, as {@code
 * text}, what the teacher wrote.
 */
final class Marking extends ProcessFunction<Taught, String> {

    static final OutputTag<String> DEAD_LETTERS = new OutputTag<>("dead-letters") {};
    static final String SAMPLES = "samples";
    static final String REFUSED = "refused";

    private static final long serialVersionUID = 1L;

    private final LongCounter samples = new LongCounter();
    private final LongCounter refused = new LongCounter();
    private transient ObjectMapper json;

    @Override
    public void open(OpenContext context) {
        json = new ObjectMapper();
        getRuntimeContext().addAccumulator(SAMPLES, samples);
        getRuntimeContext().addAccumulator(REFUSED, refused);
    }

    @Override
    public void processElement(Taught taught, Context context, Collector<String> out) {
        ObjectNode record = json.createObjectNode();
        record.put("id", id(taught.assignment()));
        record.put("image", taught.assignment().picture().file());
        if (taught.isSample()) {
            conversations(taught, record.putArray("conversations"));
            samples.add(1);
            out.collect(record.toString());
        } else {
            record.put("kind", taught.assignment().kind().name().toLowerCase(Locale.ROOT));
            record.put("problem", taught.problem());
            record.put("text", taught.text());
            refused.add(1);
            context.output(DEAD_LETTERS, record.toString());
        }
    }

    private static String id(Assignment assignment) {
        return assignment.picture().id() + "-" + assignment.number();
    }

    private static void conversations(Taught taught, ArrayNode conversations) {
        String picture = "<image>\n";
        for (Turn turn : taught.turns()) {
            conversations.addObject().put("from", "human").put("value", picture + turn.question());
            conversations.addObject().put("from", "gpt").put("value", turn.answer());
            picture = "";
        }
    }
}
