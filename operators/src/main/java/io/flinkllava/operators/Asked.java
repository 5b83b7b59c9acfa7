package io.flinkllava.operators;

import io.flinkllava.runtime.LlavaAnswer;

/**
 * What came of asking a model.
 *
 * @param draft what was asked, with the pictures that could be read in place of their references
 */
record Asked(RequestDraft draft, LlavaAnswer answer) {}
