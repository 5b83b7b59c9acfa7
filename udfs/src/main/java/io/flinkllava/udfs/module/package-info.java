/** {@code LOAD MODULE llava WITH (...)}. */
package io.flinkllava.udfs.module;
