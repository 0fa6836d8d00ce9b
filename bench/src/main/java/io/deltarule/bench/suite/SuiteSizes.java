package io.deltarule.bench.suite;

import io.deltarule.bench.timing.Machine;
import io.deltarule.bench.workload.NetworkSize;
import io.deltarule.core.Device;
import java.util.List;

/**
 * How large the workloads of a suite are.
 *
 * @param heads query, key and value heads
 * @param headSize K and V
 * @param tokens of every prefill whose length does not vary
 * @param lengths tokens of the prefills of the curve over the length, rising
 * @param sweeps the values that the other curves go over
 * @param batch sequences that decode at once beside a copy
 * @param states bytes of state that decode in turn, at least
 * @param layer the layer alone that is measured
 * @param model the whole model that is measured; its weights outgrow the cache where the device is fast
 * @param probes the work that shows an accelerator's ceilings
 */
record SuiteSizes(
        int heads,
        int headSize,
        int tokens,
        List<Integer> lengths,
        SweepValues sweeps,
        int batch,
        long states,
        NetworkSize layer,
        NetworkSize model,
        ProbeSizes probes) {
    /** The states that are decoded in turn, in multiples of the last cache. */
    private static final int CACHES = 4;

    private static final long LEAST_STATES = 256L << 20;

    /** Tokens of the longest prefill there is. */
    private static final int LONGEST = 65536;

    /** Copies of q, k, v and o that a prefill may keep, the engine's own among them. */
    private static final int COPIES = 3;

    private static final int HEADS = 32;
    private static final int SIZE = 128;
    private static final int TOKENS = 1024;

    /** The sizes that the numbers in the docs are about, with states that outgrow the machine's cache. */
    static SuiteSizes of(SuiteLevel level, Machine machine) {
        SweepValues curves = new SweepValues(
                List.of(1, 4, 16, 32),
                List.of(32, 64, 128, 256),
                List.of(16, 64, 256, 1024),
                List.of(1, 4, 16, 64),
                List.of(512, TOKENS, 2048));
        return new SuiteSizes(
                HEADS,
                SIZE,
                TOKENS,
                lengths(level, machine),
                level == SuiteLevel.QUICK ? SweepValues.none(TOKENS) : curves,
                16,
                Math.max(LEAST_STATES, CACHES * machine.cacheBytes()),
                NetworkSize.layer(1024, SIZE, TOKENS),
                new NetworkSize(1024, SIZE, 3584, 4, 65536, 512),
                ProbeSizes.GPU);
    }

    /** The sizes that suit a device. */
    static SuiteSizes of(SuiteLevel level, Device device, Machine machine) {
        return device.automatic()
                ? of(level, machine)
                : small(level, device.kind().equals("emulator"));
    }

    /** For devices that are slow by nature: PoCL, and the emulator, which is slower still. */
    private static SuiteSizes small(SuiteLevel level, boolean emulator) {
        SweepValues curves = new SweepValues(
                List.of(1, 2, 4), List.of(16, 32, 64), List.of(16, 64), List.of(1, 4), List.of(16, 32, 64));
        int tokens = emulator ? 16 : 64;
        return new SuiteSizes(
                2,
                32,
                tokens,
                emulator ? List.of(16, 32, 64) : List.of(64, 128, 256),
                level == SuiteLevel.QUICK ? SweepValues.none(tokens) : curves,
                4,
                1 << 20,
                NetworkSize.layer(emulator ? 32 : 64, 32, tokens),
                new NetworkSize(emulator ? 32 : 64, 32, 64, 2, 128, tokens),
                emulator ? ProbeSizes.EMULATOR : ProbeSizes.POCL);
    }

    private static List<Integer> lengths(SuiteLevel level, Machine machine) {
        if (level != SuiteLevel.FULL) {
            return List.of(512, 1024, 2048, 4096);
        }
        long bytesPerToken = 4L * HEADS * SIZE * Float.BYTES * COPIES;
        return List.of(512, 1024, 2048, 4096, 8192, 16384, 32768, LONGEST).stream()
                .filter(T -> T <= 4096 || T * bytesPerToken < machine.memoryBytes() / 2)
                .toList();
    }

    long stateBytes() {
        return (long) heads * headSize * headSize * Float.BYTES;
    }

    String inWords() {
        return heads + " heads, K = V = " + headSize;
    }
}
