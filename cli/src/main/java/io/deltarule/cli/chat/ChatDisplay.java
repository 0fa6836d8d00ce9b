package io.deltarule.cli.chat;

/**
 * How a conversation is shown.
 *
 * @param json a document per answer, on one line
 * @param hideThinking only what comes after the thinking
 * @param figures how many tokens each answer took, on standard error
 * @param commands whether a message that begins with a slash is a command
 */
record ChatDisplay(boolean json, boolean hideThinking, boolean figures, boolean commands) {}
