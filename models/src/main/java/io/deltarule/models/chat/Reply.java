package io.deltarule.models.chat;

import io.deltarule.models.inference.FinishReason;

/**
 * An answer.
 *
 * @param text all that the model wrote, thinking and its marks included, up to a stop; what belongs into the conversation as
 *     the assistant's content
 * @param thinking what it thought before it answered; empty if it did not
 * @param answer the text after that
 * @param finish why there is no more
 * @param usage what it cost
 */
public record Reply(String text, String thinking, String answer, FinishReason finish, Usage usage) {
    /**
     * Tokens of a turn.
     *
     * @param prompt in the whole conversation before the answer
     * @param read of these, read now; the others were carried in a state
     * @param dropped carried before, but not as this conversation goes on: the template writes earlier turns anew, or the
     *     messages were changed
     * @param written of the answer
     */
    public record Usage(int prompt, int read, int dropped, int written) {}
}
