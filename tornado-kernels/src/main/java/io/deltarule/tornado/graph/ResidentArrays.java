package io.deltarule.tornado.graph;

import io.deltarule.tornado.quirks.SharedArrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * The arrays that all stages of a plan find on the device.
 *
 * @param groups those that go there when the plan says so, or are only written there
 * @param constants those that go there once, before anything else; none of them is in a group
 */
public record ResidentArrays(List<ResidentGroup> groups, List<TornadoNativeArray> constants) {
    /** No array. */
    public static final ResidentArrays NONE = new ResidentArrays(List.of(), List.of());

    /** Copies the lists. */
    public ResidentArrays {
        groups = List.copyOf(groups);
        constants = List.copyOf(constants);
    }

    /** One group alone. */
    public static ResidentArrays of(ResidentGroup group) {
        return new ResidentArrays(List.of(group), List.of());
    }

    boolean isEmpty() {
        return groups.isEmpty() && constants.isEmpty();
    }

    /** Every array once. */
    Set<TornadoNativeArray> all() {
        Set<TornadoNativeArray> all = new LinkedHashSet<>();
        groups.forEach(group -> all.addAll(group.arrays()));
        all.addAll(constants);
        return all;
    }

    List<SharedArrays.Filled> filled() {
        return groups.stream().map(ResidentArrays::filled).toList();
    }

    static SharedArrays.Filled filled(ResidentGroup group) {
        return new SharedArrays.Filled(group.begin(), group.arrays());
    }

    /** Those of some arrays that are not among these. */
    Object[] without(Collection<?> arrays) {
        Set<TornadoNativeArray> all = all();
        return arrays.stream().filter(array -> !all.contains(array)).toArray();
    }
}
