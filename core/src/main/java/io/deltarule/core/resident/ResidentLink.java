package io.deltarule.core.resident;

import io.deltarule.core.Input;

/**
 * An output of one operation of a chain that is an input of a later one: the same array, which nothing copies. Backward the gradient of
 * the one is that of the other.
 *
 * @param from the earlier operation's place
 * @param output its o or o_cross
 * @param to the later operation's place
 * @param input its q, k, v, r or w, of the same axes
 */
public record ResidentLink(int from, Output output, int to, Input input) {
    @Override
    public String toString() {
        return "link from " + output.id() + " of operation " + from + " to " + input.id() + " of operation " + to;
    }
}
