package io.deltarule.tornado.delta.backward;

import io.deltarule.tornado.delta.DeltaArrays;
import io.deltarule.tornado.delta.InputMap;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A vector over key channels with a part in the recurrence: q, k, e, or the selective read's weights.
 *
 * @param array its rows
 * @param heads how many rows a token or micro-step has, H or HV
 * @param rows when they count
 * @param map how e is formed
 */
record KeyChannelVector(FloatArray array, int heads, Rows rows, InputMap map) {
    /** When a vector's rows count. */
    enum Rows {
        /** One per token, at its last micro-step. */
        PER_TOKEN,
        /** One per micro-step. */
        PER_MICRO_STEP,
        /** One per micro-step, times the erase gain. */
        TIMES_ERASE_GAIN
    }

    /** Queries or weights of a read. */
    static KeyChannelVector ofRead(FloatArray array, int heads) {
        return new KeyChannelVector(array, heads, Rows.PER_TOKEN, InputMap.NO_GAINS);
    }

    /** The keys. */
    static KeyChannelVector k(DeltaArrays x, int heads) {
        return new KeyChannelVector(x.k(), heads, Rows.PER_MICRO_STEP, InputMap.NO_GAINS);
    }

    /** The erase keys. */
    static KeyChannelVector e(DeltaArrays x, int heads) {
        return new KeyChannelVector(x.erase(), heads, Rows.TIMES_ERASE_GAIN, x.map());
    }
}
