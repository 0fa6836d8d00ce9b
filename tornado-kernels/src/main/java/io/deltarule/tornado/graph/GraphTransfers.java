package io.deltarule.tornado.graph;

import io.deltarule.tornado.stored.StoredArrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Which arrays of a stage cross between host and device, and when. An array may be named several times. Run tables need not be
 * named, for every run takes them there and back; nor arrays that only kernels use; and what is resident crosses when the plan says so.
 */
public final class GraphTransfers {
    private final Set<TornadoNativeArray> sent = new LinkedHashSet<>();
    private final Set<TornadoNativeArray> sentOnce = new LinkedHashSet<>();
    private final Set<TornadoNativeArray> returned = new LinkedHashSet<>();
    private final Set<TornadoNativeArray> onDemand = new LinkedHashSet<>();

    /** Arrays that go to the device before each run. */
    public GraphTransfers sending(Collection<? extends TornadoNativeArray> arrays) {
        add(arrays, sent);
        return this;
    }

    /** Arrays that go to the device before the first run only: constants, and the NaN with which results begin. */
    public GraphTransfers sendingOnce(Collection<? extends TornadoNativeArray> arrays) {
        add(arrays, sentOnce);
        return this;
    }

    /** Arrays that come back after each run. */
    public GraphTransfers returning(Collection<? extends TornadoNativeArray> arrays) {
        add(arrays, returned);
        return this;
    }

    /** Arrays that are sent and come back when the plan asks. */
    public GraphTransfers onDemand(Collection<? extends TornadoNativeArray> arrays) {
        add(arrays, onDemand);
        return this;
    }

    private static void add(Collection<? extends TornadoNativeArray> arrays, Set<TornadoNativeArray> to) {
        arrays.forEach(array -> to.add(StoredArrays.real(array)));
    }

    Collection<TornadoNativeArray> sent() {
        return sent;
    }

    /** Without those that are sent each time. */
    Collection<TornadoNativeArray> sentOnce() {
        return sentOnce.stream().filter(array -> !sent.contains(array)).toList();
    }

    Collection<TornadoNativeArray> returned() {
        return returned;
    }

    Collection<TornadoNativeArray> onDemand() {
        return onDemand;
    }

    Set<TornadoNativeArray> all() {
        Set<TornadoNativeArray> all = new LinkedHashSet<>();
        List.of(sent, sentOnce, returned, onDemand).forEach(all::addAll);
        return all;
    }
}
