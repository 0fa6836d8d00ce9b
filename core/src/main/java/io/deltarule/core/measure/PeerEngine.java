package io.deltarule.core.measure;

import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Variant;
import java.util.List;

/**
 * Another library doing the same operation, to be measured beside this project's engines: verified like any other, found
 * like any other where it is on the class path, and never chosen but by its name.
 */
public interface PeerEngine extends DeltaEngine {
    /** How many threads its library computes on. */
    int threads();

    /** The rules that its library has. */
    default List<Variant> rules() {
        return List.of(Variant.GATED_DELTA_RULE, Variant.DELTA_RULE);
    }

    /**
     * Its library's own matrix products, the most that its chunks can reach.
     *
     * @param n rows and columns of both factors
     * @return products that the caller closes
     */
    Products products(int n);

    /** Some float32 products of square matrices; {@link SelfTimed} too where another process computes them. */
    interface Products extends Runnable, AutoCloseable {
        /** Multiplies once. */
        @Override
        void run();

        /** Multiplications and additions per run. */
        double flops();

        @Override
        void close();
    }
}
