package io.flinkllava.examples.watch;

import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

import io.flinkllava.flink.files.PictureFile;
import io.flinkllava.operators.LlavaResult;

/** Results become captions, and are counted for the line of progress. */
final class CaptionCount extends RichMapFunction<LlavaResult<PictureFile>, Captioned> {

    static final String CAPTIONS = "captions";

    private static final long serialVersionUID = 1L;

    private final LongCounter captions = new LongCounter();

    @Override
    public void open(OpenContext context) {
        getRuntimeContext().addAccumulator(CAPTIONS, captions);
    }

    @Override
    public Captioned map(LlavaResult<PictureFile> result) {
        captions.add(1);
        return WatchJob.captioned(result);
    }
}
