package io.deltarule.tornado.graph;

import io.deltarule.tornado.stored.StoredArrays;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Arrays that stay on the device from run to run, for all stages of a plan, and cross together when the plan says so.
 *
 * @param name of the group, which differs within a plan
 * @param begin what each of their numbers is on the device before anything is sent; nothing crosses for it
 * @param arrays at least one; for one that stands for 16-bit numbers those themselves
 */
public record ResidentGroup(String name, float begin, List<? extends TornadoNativeArray> arrays) {
    /** Copies the list. */
    public ResidentGroup {
        arrays = arrays.stream().map(StoredArrays::real).toList();
    }

    /** Whether a plan fills it again: not with NaN, which only marks what nobody wrote. */
    boolean refillable() {
        return !Float.isNaN(begin);
    }

    /** One array that is NaN until it is sent or a kernel writes it. */
    public static ResidentGroup poisoned(String name, FloatArray array) {
        return new ResidentGroup(name, Float.NaN, List.of(array));
    }
}
