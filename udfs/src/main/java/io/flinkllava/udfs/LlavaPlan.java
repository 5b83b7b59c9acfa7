package io.flinkllava.udfs;

import io.flinkllava.udfs.function.Call;
import io.flinkllava.udfs.function.PlanFunction;

/**
 * Tells what a request will take: {@code llava_plan(image_width, image_height, question [,
 * model])}. For {@code CREATE FUNCTION}; the job's parameters that begin with {@code llava.} name
 * the model.
 */
public final class LlavaPlan extends PlanFunction {

    private static final long serialVersionUID = 1L;

    public LlavaPlan() {
        super(Call.PLAN);
    }
}
