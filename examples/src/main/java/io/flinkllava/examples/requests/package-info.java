/**
 * Requests as lines of JSON, the form in which {@code run-batch} and {@code quickstart} take them.
 * Public: {@link io.flinkllava.examples.requests.RequestRow} (with what it is made of) and {@link
 * io.flinkllava.examples.requests.ImageRoot}.
 */
package io.flinkllava.examples.requests;
