package io.flinkllava.runtime.text;

/** A rendered prompt becomes ids, each placeholder of a picture or video one of them. */
interface PromptTokenizer {

    int[] encode(String prompt);
}
