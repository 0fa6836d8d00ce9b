package io.deltarule.bench.result;

import java.util.List;

/**
 * A model's file on one or more programs, in turn with each other.
 *
 * @param file its name
 * @param bytes of its tensors
 * @param parameters numbers in them
 * @param prompt tokens of the prefill
 * @param fresh tokens decoded one by one
 * @param threads of every program
 * @param programs ours first
 */
public record ModelSpeeds(
        String file, long bytes, long parameters, int prompt, int fresh, int threads, List<ProgramSpeed> programs) {
    /** Tokens of the prompt per second, by the median. */
    public double prefillRate(ProgramSpeed program) {
        return prompt / program.prefill().seconds();
    }

    /** New tokens per second, by the median. */
    public double decodeRate(ProgramSpeed program) {
        return 1 / program.decode().seconds();
    }

    /** Whether ours gave wrong numbers. */
    public boolean faulty() {
        return programs.stream()
                .anyMatch(p -> p.verification() != null && !p.verification().passed());
    }
}
