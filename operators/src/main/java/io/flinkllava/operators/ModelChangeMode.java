package io.flinkllava.operators;

/** From when on a new model answers. */
public enum ModelChangeMode {
    /**
     * As soon as a subtask hears of it. Records never wait; which of them the new model answers
     * depends on timing, and each result says which did.
     */
    ARRIVAL,
    /**
     * From {@link ModelChange#effectiveFrom} on: which model answers a record depends on the
     * record's event time alone. Records therefore wait, and hold their watermark back, until the
     * control stream's watermark says that no earlier change can come. A control stream that is
     * idle or has ended holds nothing back; one without watermarks holds everything back. Records
     * that wait are in memory and in checkpoints, without a bound: give a control stream of rare
     * changes a {@code WatermarkStrategy} with idleness.
     */
    EVENT_TIME
}
