package io.deltarule.core.cpu.backward;

/** One operation of a program backward: from the gradients of the slots that it wrote to those of what it read. */
@FunctionalInterface
public interface BackwardStep {
    /** Computes the gradients of all the run's tokens, and of the weights, to which it adds. */
    void run(BackwardRun run);
}
