/**
 * Whether what a run computed is right, against the float64 reference, which computes some heads over all their tokens.
 * Uses workload. Start reading at Verification; GradientVerification does the same for a backward pass.
 */
package io.deltarule.bench.verification;
