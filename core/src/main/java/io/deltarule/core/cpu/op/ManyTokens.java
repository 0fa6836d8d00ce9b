package io.deltarule.core.cpu.op;

/** The projection y = W x + b of so many tokens that it is a matrix product. */
interface ManyTokens {
    /** Projects the slots' first rows. */
    void run(LayerRun run, int tokens);
}
