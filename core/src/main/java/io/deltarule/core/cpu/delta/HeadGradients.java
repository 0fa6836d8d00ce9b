package io.deltarule.core.cpu.delta;

/** One thread's part of a backward run, on scratch of its own. */
interface HeadGradients {
    /** All value heads of one key head of one sequence, whose gradients add up. */
    void run(GradientOperands in, int sequence, int keyHead);
}
