package io.deltarule.core.cpu.delta;

/** One thread's part of a run: computes whole sequences of some value heads, on scratch of its own. */
public abstract class HeadWorker {
    /** Computes the value heads [firstHead, endHead), which share a query/key head, of one sequence. */
    public abstract void run(Operands in, int sequence, int firstHead, int endHead);

    /** Whether a run that failed left numbers where later ones need zeros; then another worker has to take its place. */
    public boolean spoiled() {
        return false;
    }
}
