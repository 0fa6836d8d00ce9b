package io.deltarule.bench;

import java.util.List;

/**
 * How large the workloads of a suite are.
 *
 * @param heads query, key and value heads
 * @param size K and V
 * @param lengths tokens of the prefills that show growth, rising
 * @param tokens of all other prefills
 * @param headCounts heads of the prefills that show how many it takes; empty for none
 * @param sizes K = V of the prefills that show what wide heads cost; empty for none
 * @param formLengths tokens of prefills in both forms; empty for none
 * @param batches sequences that decode together; empty for none
 * @param batch sequences that decode at once beside a copy
 * @param states bytes of state that decode in turn, at least
 * @param model a whole model whose weights outgrow the cache
 */
record Scale(
        int heads,
        int size,
        List<Integer> lengths,
        int tokens,
        List<Integer> headCounts,
        List<Integer> sizes,
        List<Integer> formLengths,
        List<Integer> batches,
        int batch,
        long states,
        RandomModel.Size model) {
    /** The states that are decoded in turn, in multiples of the last cache. */
    private static final int CACHES = 4;

    private static final long LEAST_STATES = 256L << 20;

    /** Tokens of the longest prefill there is. */
    private static final int LONGEST = 65536;

    /** Copies of q, k, v and o that a prefill may keep, the engine's own among them. */
    private static final int COPIES = 3;

    private static final int HEADS = 32;
    private static final int SIZE = 128;

    /** What the numbers in docs are about; states that outgrow the machine's cache. */
    static Scale of(Level level, Machine machine) {
        boolean curves = level != Level.QUICK;
        return new Scale(
                HEADS,
                SIZE,
                lengths(level, machine),
                1024,
                curves ? List.of(1, 4, 16, 32) : List.of(),
                curves ? List.of(32, 64, 128, 256) : List.of(),
                curves ? List.of(16, 64, 256, 1024) : List.of(),
                curves ? List.of(1, 4, 16, 64) : List.of(),
                16,
                Math.max(LEAST_STATES, CACHES * machine.cacheBytes()),
                new RandomModel.Size(1024, 3584, 4, 65536, 512));
    }

    /** For devices that are slow by nature: PoCL and the emulator. */
    static Scale small(Level level) {
        boolean curves = level != Level.QUICK;
        return new Scale(
                2,
                32,
                List.of(64, 128, 256),
                64,
                curves ? List.of(1, 2, 4) : List.of(),
                curves ? List.of(16, 32, 64) : List.of(),
                curves ? List.of(16, 64) : List.of(),
                curves ? List.of(1, 4) : List.of(),
                4,
                1 << 20,
                null);
    }

    private static List<Integer> lengths(Level level, Machine machine) {
        if (level != Level.FULL) {
            return List.of(512, 1024, 2048, 4096);
        }
        long bytesPerToken = 4L * HEADS * SIZE * Float.BYTES * COPIES;
        return List.of(512, 1024, 2048, 4096, 8192, 16384, 32768, LONGEST).stream()
                .filter(T -> T <= 4096 || T * bytesPerToken < machine.memoryBytes() / 2)
                .toList();
    }

    long stateBytes() {
        return (long) heads * size * size * Float.BYTES;
    }

    String inWords() {
        return heads + " heads, K = V = " + size;
    }
}
