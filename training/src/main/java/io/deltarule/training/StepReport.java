package io.deltarule.training;

/**
 * What a step did.
 *
 * @param step its number, from 1
 * @param loss mean over the labels of all its batches, in nats, before the weights changed
 * @param gradientNorm length of all gradients before clipping
 * @param learningRate this step's
 * @param tokens how many went through the model
 * @param seconds how long it took
 */
public record StepReport(
        long step, double loss, double gradientNorm, double learningRate, long tokens, double seconds) {}
