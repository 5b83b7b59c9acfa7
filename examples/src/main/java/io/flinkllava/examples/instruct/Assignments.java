package io.flinkllava.examples.instruct;

import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.util.Collector;

/**
 * Hands out assignments, a number of them for each picture, and counts: must run in one subtask.
 * The kinds have LLaVA's proportion over all pictures.
 */
final class Assignments implements FlatMapFunction<PictureFacts, Assignment> {

    private static final long serialVersionUID = 1L;

    private final int perPicture;
    private long number;

    Assignments(int perPicture) {
        this.perPicture = perPicture;
    }

    @Override
    public void flatMap(PictureFacts picture, Collector<Assignment> out) {
        for (int i = 0; i < perPicture; i++) {
            out.collect(new Assignment(number, SampleKind.of(number), picture));
            number++;
        }
    }
}
