package io.deltarule.tornado.delta;

/** How much of a state, of W and of keys {@link ChunkStateKernel} has in local memory, and how it lies there. */
final class StateTiles {
    /** Key channels that a work-item has room for. */
    private static final int MAX_K = 1024;

    /** Key channels of W at a time. */
    static final int DEPTH = 32;
    /** Between rows, so that neighbouring work-items that have four numbers each find them in other banks. */
    static final int APART = 4;

    /** From row to row of a tile of W. */
    static final int STRIDE = DEPTH + APART;
    /** Local memory that every device has, in floats. */
    private static final int LOCAL_FLOATS = 48 * 1024 / Float.BYTES;

    private StateTiles() {}

    /**
     * How many value channels of the state a work-group takes: the most with which there are three work-groups for each two compute units, or
     * else the fewest.
     *
     * @param heads of all sequences together
     * @param units compute units of the device
     * @return 32, 16 or 8; 0 if K is too large for the local memory of a work-group
     */
    static int columns(int K, int V, int C, long heads, int units) {
        int fitting = 0;
        for (int columns = 8; columns <= 32; columns *= 2) {
            int floats = padded(K) * stride(padded(K), columns) + C * (columns + APART) + size(padded(K), C);
            boolean fits = K <= MAX_K && floats <= LOCAL_FLOATS;
            boolean fills = 2 * heads * Math.ceilDiv(V, columns) >= 3L * units;
            if (fits && (fills || fitting == 0)) {
                fitting = columns;
            }
        }
        return fitting;
    }

    /** K filled up with zeros to what the work-items of a work-group load evenly. */
    static int padded(int K) {
        return K <= 32
                ? 32
                : K <= 64 ? 64 : (K + ChunkStateKernel.LANES - 1) / ChunkStateKernel.LANES * ChunkStateKernel.LANES;
    }

    /** Rows of keys at a time: with all their channels, as many as take the place of W's tile. */
    static int rows(int padded, int C) {
        int most = C * STRIDE / padded;
        return most >= 64 ? C : most >= 32 ? 32 : most >= 16 ? 16 : most >= 8 ? 8 : most >= 4 ? 4 : most >= 2 ? 2 : 1;
    }

    /** From row to row of a tile of the state. */
    static int stride(int padded, int columns) {
        return padded < 512 ? columns + APART : columns;
    }

    /** A tile of W, or of keys, or a part of P. */
    static int size(int padded, int C) {
        return Math.max(C * STRIDE, padded);
    }
}
