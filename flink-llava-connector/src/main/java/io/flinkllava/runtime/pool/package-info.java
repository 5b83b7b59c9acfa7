/**
 * Loaded models, shared by all who run in this process: loaded once per {@link
 * io.flinkllava.runtime.pool.ModelKey}, leased, and closed a while after the last lease ends. Start
 * at {@link io.flinkllava.runtime.pool.ModelPool}.
 */
package io.flinkllava.runtime.pool;
