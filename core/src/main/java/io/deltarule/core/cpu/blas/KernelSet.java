package io.deltarule.core.cpu.blas;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A set of OpenBLAS's kernels for x86-64 that is worth a trial, by the name that OpenBLAS knows it by and the instructions that
 * it needs (their names in /proc/cpuinfo).
 */
enum KernelSet {
    HASWELL("Haswell", "avx2", "fma"),
    SKYLAKE_X("SkylakeX", "avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd"),
    COOPERLAKE("Cooperlake", "avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd", "avx512_bf16");

    private final String id;
    private final List<String> instructions;

    KernelSet(String id, String... instructions) {
        this.id = id;
        this.instructions = List.of(instructions);
    }

    /** OpenBLAS's name of it. */
    String id() {
        return id;
    }

    /** The sets that a processor with these instructions can run. */
    static List<KernelSet> possible(Set<String> instructions) {
        return Arrays.stream(values())
                .filter(set -> instructions.containsAll(set.instructions))
                .toList();
    }

    /** The set of this name, however its letters are written. */
    static Optional<KernelSet> named(String name) {
        return Arrays.stream(values())
                .filter(set -> set.id.equalsIgnoreCase(name.strip()))
                .findFirst();
    }
}
