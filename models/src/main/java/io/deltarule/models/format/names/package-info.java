/**
 * What each format's files call the weights of its programs, one class per format: a name in a program becomes the rows of
 * stored tensors that hold it.
 *
 * <p>Each is a {@link io.deltarule.models.format.weights.TensorNames}; uses {@code weights} and {@code config}, knows no programs.
 */
package io.deltarule.models.format.names;
