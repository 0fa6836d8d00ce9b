/**
 * Where trained weights lie on a device, and their gradients and moments, number by number the same. Knows nothing of operations' kernels and of
 * plans.
 */
package io.deltarule.tornado.op.parameter;
