package io.deltarule.models.corpus;

import io.deltarule.models.inference.FinishReason;
import java.io.Serializable;

/**
 * How a text goes on.
 *
 * @param text what is new, up to a stop text
 * @param ids the new tokens, a stop token included
 * @param finish why there are no more
 */
@SuppressWarnings("ArrayRecordComponent") // made once and handed over
public record Generated(String text, int[] ids, FinishReason finish) implements Serializable {}
