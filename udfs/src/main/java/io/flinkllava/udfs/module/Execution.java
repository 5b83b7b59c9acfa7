package io.flinkllava.udfs.module;

/** How a module's functions wait for answers. */
enum Execution {
    SYNC,
    ASYNC
}
