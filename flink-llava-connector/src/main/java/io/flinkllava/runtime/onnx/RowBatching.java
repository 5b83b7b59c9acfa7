package io.flinkllava.runtime.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which rows an exported decoder may see in one run. */
enum RowBatching {
    /** All, shorter ones behind padding. */
    TOGETHER,
    /** Those of equal length: the graph ignores the mask, or positions are its own affair. */
    EQUAL_LENGTHS,
    /** None: the batch is fixed, or scores change with it. */
    ALONE;

    /** Splits indexes of rows into runs. */
    List<List<Integer>> runs(List<ExportedCache> rows) {
        Map<Integer, List<Integer>> runs = new TreeMap<>();
        for (int i = 0; i < rows.size(); i++) {
            int key =
                    switch (this) {
                        case TOGETHER -> 0;
                        case EQUAL_LENGTHS -> rows.get(i).length();
                        case ALONE -> i;
                    };
            runs.computeIfAbsent(key, none -> new ArrayList<>()).add(i);
        }
        return List.copyOf(runs.values());
    }
}
