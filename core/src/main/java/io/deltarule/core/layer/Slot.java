package io.deltarule.core.layer;

import io.deltarule.core.InvalidInputException;

/**
 * One row of numbers per token, [tokens, width].
 *
 * @param name unique in its program
 * @param width numbers per token; heads times channels where there are heads, head by head
 */
public record Slot(String name, int width) {
    /**
     * Checks the width.
     *
     * @throws InvalidInputException if it is below 1
     */
    public Slot {
        if (width < 1) {
            throw new InvalidInputException("slot " + name + ": expected a width of at least 1 but found " + width);
        }
    }
}
