/**
 * Messages become token ids and token ids become text: {@link
 * io.flinkllava.runtime.text.PromptEncoder} renders the chat template (Jinja), tokenizes and
 * expands image placeholders; {@link io.flinkllava.runtime.text.LlavaTokenizer} also goes back.
 */
package io.flinkllava.runtime.text;
