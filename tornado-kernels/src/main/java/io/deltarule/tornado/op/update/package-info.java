/**
 * An optimiser's step as kernels: the length of all gradients, and Adam's change of weights and moments. Knows nothing of operations and
 * plans; {@link io.deltarule.tornado.op.update.UpdateLaunches} has the launches.
 */
package io.deltarule.tornado.op.update;
