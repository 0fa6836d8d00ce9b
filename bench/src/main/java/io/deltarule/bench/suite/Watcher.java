package io.deltarule.bench.suite;

/** Told of a benchmark's progress. */
public interface Watcher {
    /** Something begins that takes seconds. */
    void begins(String what);
}
