package io.flinkllava.udfs.function;

import org.apache.flink.table.functions.SpecializedFunction.SpecializedContext;

import java.io.Serializable;

/** A call that Flink has yet to plan: with the settings of a module, or those of the job. */
sealed interface CallSource extends Serializable {

    Call call();

    PlannedCall planned(SpecializedContext context);

    /** The module said what model it is. */
    record OfModule(Call call, FunctionSettings settings) implements CallSource {

        @Override
        public PlannedCall planned(SpecializedContext context) {
            return PlannedCall.of(call, settings, context);
        }
    }

    /** The job's parameters say so. */
    record OfJob(Call call) implements CallSource {

        @Override
        public PlannedCall planned(SpecializedContext context) {
            return PlannedCall.ofJob(call, context);
        }
    }

    /** It is planned. */
    record Planned(PlannedCall plan) implements CallSource {

        @Override
        public Call call() {
            return plan.call();
        }

        @Override
        public PlannedCall planned(SpecializedContext context) {
            return plan;
        }
    }
}
