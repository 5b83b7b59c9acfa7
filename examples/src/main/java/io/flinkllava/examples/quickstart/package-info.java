/** {@code quickstart}: the bundled model looks at the bundled pictures. */
package io.flinkllava.examples.quickstart;
