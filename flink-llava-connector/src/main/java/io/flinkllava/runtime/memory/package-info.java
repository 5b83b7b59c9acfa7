/**
 * Memory outside of the Java heap: what this library holds of it ({@link
 * io.flinkllava.runtime.memory.NativeLedger}) and what the host has left ({@link
 * io.flinkllava.runtime.memory.HostMemory}).
 */
package io.flinkllava.runtime.memory;
