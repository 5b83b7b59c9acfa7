/**
 * Messages become token ids and token ids become text: chat template (Jinja), tokenizer, expansion
 * of image placeholders.
 */
package io.flinkllava.runtime.text;
