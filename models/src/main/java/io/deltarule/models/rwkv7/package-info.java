/**
 * RWKV-7's layers: a delta rule that erases along one key and writes along another, and mixing with the token before in place of convolutions.
 *
 * <pre>
 *   Rwkv7Config         sizes
 *   Rwkv7Layer          the mixer: token shift, low-rank adapters, two micro-steps, norm, bonus, gate
 *   Rwkv7FeedForward    the feed-forward part, with a token shift of its own
 *   Rwkv7Block          both with their norms; TokenShift is what they share
 * </pre>
 *
 * Uses {@code io.deltarule.models} alone; {@code io.deltarule.models.format.family} makes models of it. Start with
 * {@link io.deltarule.models.rwkv7.Rwkv7Layer}.
 */
package io.deltarule.models.rwkv7;
