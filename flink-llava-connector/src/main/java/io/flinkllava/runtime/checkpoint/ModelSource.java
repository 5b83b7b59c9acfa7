package io.flinkllava.runtime.checkpoint;

/** What a folder holds of the model itself: tensors to write graphs for, or graphs. */
public sealed interface ModelSource permits Weights, ExportedGraphs {}
