package io.deltarule.tornado.op.backward;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Where the gradient of something that an operation read goes.
 *
 * @param array its place
 * @param add whether something is there already, to be added to
 */
record GradientPlace(FloatArray array, boolean add) {
    /** The same as kernels are told. */
    int adds() {
        return add ? 1 : 0;
    }
}
