package io.deltarule.experiments.state;

/**
 * What one sequence writes and asks, token by token. Row t of each: its key, its value, its strength β (0 to only read) and
 * what it asks with after its own write. A row that is null is zeros.
 */
final class Episode {
    final double[][] keys;
    final double[][] values;
    final double[][] queries;
    final double[] strengths;

    Episode(int tokens) {
        keys = new double[tokens][];
        values = new double[tokens][];
        queries = new double[tokens][];
        strengths = new double[tokens];
    }

    int tokens() {
        return keys.length;
    }

    void write(int t, double[] key, double[] value, double strength) {
        keys[t] = key;
        values[t] = value;
        strengths[t] = strength;
    }

    /** Asks after the write of the same token, if there is one. */
    void ask(int t, double[] query) {
        queries[t] = query;
    }
}
