/**
 * The gradients of a program's operations, as launches of the kernels in {@code kernel}: {@link io.deltarule.tornado.op.backward.BackwardLaunches} has the launches of
 * each operation, {@link io.deltarule.tornado.op.backward.BackwardArrays} the arrays.
 *
 * <p>Every sum has one owner and a fixed order: results are the same to the last bit in every run. The gradient of a slot is
 * overwritten by the operation that comes first in the walk backward and added to by the others; those of weights begin with zeros and
 * are always added to. Knows {@code op}, {@code delta} and {@code delta.backward}; nothing here knows of plans.
 */
package io.deltarule.tornado.op.backward;
