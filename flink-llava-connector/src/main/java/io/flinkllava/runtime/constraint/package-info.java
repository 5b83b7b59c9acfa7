/**
 * Answers of a certain form. A constraint becomes an automaton over the bytes of UTF-8, and that a
 * {@link io.flinkllava.runtime.engine.TokenMask} over the tokenizer's vocabulary:
 *
 * <pre>
 * regex       --RegexParser----> \
 *                                 Automaton (code points) --ByteAutomata--> (bytes) --AutomatonMask--> allowed tokens
 * JSON Schema --JsonSchema-----> /                                                        |
 * tokenizer.json --TokenSpellings--> bytes of each token --Vocabulary (sorted)------------/
 * </pre>
 *
 * <p>Start at {@link io.flinkllava.runtime.constraint.ConstraintCompiler}.
 */
package io.flinkllava.runtime.constraint;
