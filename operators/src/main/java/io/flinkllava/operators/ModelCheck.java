package io.flinkllava.operators;

import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.function.SerializableFunction;

import io.flinkllava.runtime.CheckpointInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Objects;

/** Lets only those changes pass whose folder is a checkpoint that can be loaded. */
final class ModelCheck extends ProcessFunction<ModelChange, ModelVersion> {

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(ModelCheck.class);

    private final SerializableFunction<String, CheckpointInfo> check;

    ModelCheck(SerializableFunction<String, CheckpointInfo> check) {
        this.check = Objects.requireNonNull(check, "check");
    }

    @Override
    public void processElement(ModelChange change, Context context, Collector<ModelVersion> out) {
        try {
            CheckpointInfo info = check.apply(change.folder());
            out.collect(
                    new ModelVersion(change.folder(), info.fingerprint(), change.effectiveFrom()));
        } catch (RuntimeException e) {
            // Not of LLaVA's kind alone: a strange folder must not end a job that serves well.
            LOG.warn("The change to {} is rejected", change.folder(), e);
            context.output(
                    RejectedModel.TAG,
                    new RejectedModel(
                            change.folder(),
                            change.effectiveFrom(),
                            String.valueOf(e.getMessage()),
                            context.timerService().currentProcessingTime()));
        }
    }
}
