package io.deltarule.peer.transformers;

import io.deltarule.core.measure.PeerEngine;
import io.deltarule.core.measure.SelfTimed;

/** Batches of as many products as there are threads, four in turn, by the PyTorch that transformers uses. */
final class TransformersProducts implements PeerEngine.Products, SelfTimed {
    private static final int ROUNDS = 4;

    private final PythonProcess python;
    private final int threads;
    private final int n;
    private long nanos;

    TransformersProducts(String command, int threads, int n) {
        this.threads = threads;
        this.n = n;
        python = new PythonProcess(command, threads, null);
    }

    @Override
    public void run() {
        nanos = python.ask("products", threads, ROUNDS, n);
    }

    @Override
    public long lastRunNanos() {
        return nanos;
    }

    @Override
    public double flops() {
        return 2.0 * n * n * n * threads * ROUNDS;
    }

    @Override
    public void close() {
        python.close();
    }
}
