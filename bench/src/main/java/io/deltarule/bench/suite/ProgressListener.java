package io.deltarule.bench.suite;

/** Told of a benchmark's progress. */
public interface ProgressListener {
    /** Something begins that takes seconds. */
    void begins(String what);
}
