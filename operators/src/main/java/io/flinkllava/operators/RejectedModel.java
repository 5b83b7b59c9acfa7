package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.util.OutputTag;

import java.util.Map;

/**
 * A {@link ModelChange} to a folder that is no checkpoint; the old model serves on.
 *
 * @param message names the file and what to do
 * @param time when it was checked, in milliseconds since 1970
 */
public record RejectedModel(String folder, long effectiveFrom, String message, long time) {

    static final TypeInformation<RejectedModel> TYPE =
            Types.POJO(
                    RejectedModel.class,
                    Map.of(
                            "folder",
                            Types.STRING,
                            "effectiveFrom",
                            Types.LONG,
                            "message",
                            Types.STRING,
                            "time",
                            Types.LONG));

    static final OutputTag<RejectedModel> TAG = new OutputTag<>("llava-rejected-models", TYPE);
}
