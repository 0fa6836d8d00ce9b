/**
 * The command {@code chat}: where messages come from (a terminal, a pipe, an option), what the commands among them do, how
 * answers are shown. Uses {@code io.deltarule.models.chat}. Start with {@link io.deltarule.cli.chat.ChatCommand}.
 */
package io.deltarule.cli.chat;
