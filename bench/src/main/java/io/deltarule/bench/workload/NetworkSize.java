package io.deltarule.bench.workload;

/**
 * How large a layer or a model is.
 *
 * @param hidden width of its rows
 * @param headSize channels of a head of its delta rule, K = V; its heads are together twice as wide as a row
 * @param intermediate width of the feed-forward parts; 0 for a layer alone
 * @param blocks how many, every fourth or the last one an attention; 0 for a layer alone
 * @param vocab tokens of the table; 0 for a layer alone
 * @param tokens of a prefill
 */
public record NetworkSize(int hidden, int headSize, int intermediate, int blocks, int vocab, int tokens) {
    public static NetworkSize layer(int hidden, int headSize, int tokens) {
        return new NetworkSize(hidden, headSize, 0, 0, 0, tokens);
    }

    /** Whether it is one layer from rows to rows, not a model from ids to logits. */
    public boolean isLayer() {
        return blocks == 0;
    }

    /** Heads of its delta rule. */
    public int heads() {
        return Math.max(1, 2 * hidden / headSize);
    }

    /** Whether a block is an attention: every fourth, and the last of fewer. */
    boolean attends(int block) {
        return block % 4 == 3 || (blocks < 4 && block == blocks - 1);
    }

    public String inWords() {
        return isLayer()
                ? "a Gated DeltaNet layer of " + hidden
                : blocks + " layers of " + hidden + ", feed-forward " + intermediate + ", vocabulary " + vocab;
    }
}
