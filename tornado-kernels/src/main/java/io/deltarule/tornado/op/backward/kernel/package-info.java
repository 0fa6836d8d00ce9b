/**
 * The kernels of the walk backward, a file for each job. They know arrays and run tables, not operations; their launches are made in
 * {@code op.backward}.
 */
package io.deltarule.tornado.op.backward.kernel;
