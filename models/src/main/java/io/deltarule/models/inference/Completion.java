package io.deltarule.models.inference;

/**
 * What was generated.
 *
 * @param ids the new tokens, a stop token included
 * @param finish why there are no more
 */
@SuppressWarnings("ArrayRecordComponent") // made once and handed over
public record Completion(int[] ids, FinishReason finish) {}
