package io.deltarule.peer.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.deltarule.core.measure.PeerEngine;

/** Batches of as many products as there are threads, four in turn; PyTorch shares them out. */
final class TorchProducts implements PeerEngine.Products {
    private static final int ROUNDS = 4;

    private final NDManager manager = TorchLibrary.newManager();
    private final NDArray a;
    private final NDArray b;
    private final int threads;
    private final double flops;

    TorchProducts(int n, int threads) {
        this.threads = threads;
        a = manager.randomUniform(-1, 1, new Shape(threads, n, n));
        b = manager.randomUniform(-1, 1, new Shape(threads, n, n));
        flops = 2.0 * n * n * n * threads * ROUNDS;
    }

    @Override
    public void run() {
        TorchLibrary.useThreads(threads);
        for (int i = 0; i < ROUNDS; i++) {
            a.batchMatMul(b).close();
        }
    }

    @Override
    public double flops() {
        return flops;
    }

    @Override
    public void close() {
        manager.close();
    }
}
