/**
 * The part of Jinja that Hugging Face chat templates are written in, evaluated as {@code
 * transformers.utils.chat_template_utils} does: {@code trim_blocks} and {@code lstrip_blocks} on,
 * loop controls, {@code generation} blocks, Python's values and their printed forms.
 *
 * <p>Source text becomes tokens ({@code Lexer}), tokens become {@code Statement}s and {@code
 * Expression}s ({@code Parser}, {@code ExpressionParser}), and those evaluate themselves against a
 * {@code Scope} (variables) and a {@code Rendering} (output and limits). Values are Java's: {@code
 * null} is None, then {@code Boolean}, {@code Long}, {@code Double}, {@code String}, {@code List},
 * {@code Map}, and this package's {@code Undefined}, {@code Tuple}, {@code Stream}, {@code
 * Namespace} and {@code Callable}.
 *
 * <p>Whatever Jinja would reject, and whatever this package does not cover, is an error with a line
 * number: a prompt is right or there is none. Start at {@link
 * io.flinkllava.runtime.text.jinja.JinjaTemplate}.
 */
package io.flinkllava.runtime.text.jinja;
