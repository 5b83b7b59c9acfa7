/**
 * Dialogues of several users about their pictures, remembered over restarts. Start at {@link
 * io.flinkllava.examples.conversation.Conversation}.
 */
package io.flinkllava.examples.conversation;
