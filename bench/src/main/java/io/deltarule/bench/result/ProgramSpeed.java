package io.deltarule.bench.result;

import io.deltarule.bench.timing.Timing;
import io.deltarule.bench.verification.Verification;

/**
 * How fast a program runs a model's file.
 *
 * @param program its name
 * @param version of it
 * @param verification of its logits against float64; null for a program of other people
 * @param prefill of the prompt; null if the verification failed
 * @param decode of one new token, from an empty context on; null likewise
 */
public record ProgramSpeed(String program, String version, Verification verification, Timing prefill, Timing decode) {}
