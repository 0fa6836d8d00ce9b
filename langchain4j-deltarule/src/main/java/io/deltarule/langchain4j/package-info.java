/**
 * Models of the delta-rule family as LangChain4j's chat models, in this process.
 *
 * <pre>
 *   DeltaRuleChatModel, DeltaRuleStreamingChatModel → ChatExchange → io.deltarule.models.chat.Responder
 *   MessageConversion, ToolConversion      LangChain4j's messages and tools as templates see them, and back
 * </pre>
 *
 * LangChain4j sends a conversation whole with each request; the responder finds how much of it a state has read already, so that
 * a turn costs its own tokens. Start with {@link io.deltarule.langchain4j.DeltaRuleChatModel}.
 */
package io.deltarule.langchain4j;
