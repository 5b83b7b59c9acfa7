/** The documentation is true: links lead somewhere, code compiles, commands are understood. */
package io.flinkllava.examples.pages;
