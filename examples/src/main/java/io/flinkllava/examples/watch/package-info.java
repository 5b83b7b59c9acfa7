/**
 * A folder whose pictures are captioned as they come, and a page that shows the newest. Start at
 * {@link io.flinkllava.examples.watch.WatchFolder}.
 */
package io.flinkllava.examples.watch;
