package io.flinkllava.operators;

import io.flinkllava.runtime.LlavaAnswer;

import java.util.Set;

/**
 * What came of asking a model.
 *
 * @param draft what was asked, with the pictures that were read in place of their references
 * @param gone references that lead to no picture
 */
record Asked(RequestDraft draft, LlavaAnswer answer, Set<String> gone) {}
