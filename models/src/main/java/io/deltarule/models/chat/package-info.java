/**
 * Conversations with models that were made for them.
 *
 * <pre>
 *   ChatTemplates (ChatTemplate)        how a model wants a conversation written; rendered by .jinja
 *   Responder → Reply                   answers a list of messages; carries the states of what it read before
 *   Conversation                        one conversation on a responder: messages, save and load
 * </pre>
 *
 * Start with {@link io.deltarule.models.chat.Conversation}.
 */
package io.deltarule.models.chat;
