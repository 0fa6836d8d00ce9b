package io.deltarule.tornado.delta.backward;

import io.deltarule.tornado.delta.KernelFlags;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * A vector over key channels with a part in the recurrence: q, k, e, or the selective read's weights.
 *
 * @param array its rows
 * @param heads how many a token or micro-step has, H or HV
 * @param terms how they are read: {@link KernelFlags#TOKEN_VECTOR}, {@link KernelFlags#PLAIN_VECTOR} or how e is formed
 */
record KeyChannelVector(FloatArray array, int heads, int terms) {}
