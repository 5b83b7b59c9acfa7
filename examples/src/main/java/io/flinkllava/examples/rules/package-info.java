/**
 * Questions that are asked about each picture of a folder, and alerts where the answer is yes.
 * Start at {@link io.flinkllava.examples.rules.WatchRules}.
 */
package io.flinkllava.examples.rules;
