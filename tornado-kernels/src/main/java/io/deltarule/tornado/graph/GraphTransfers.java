package io.deltarule.tornado.graph;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Which arrays of a plan cross between host and device, and when. An array may be named several times; the plan's run tables
 * need not be named, for every run takes them there and back.
 */
public final class GraphTransfers {
    private final Set<FloatArray> states = new LinkedHashSet<>();
    private final Set<TornadoNativeArray> sent = new LinkedHashSet<>();
    private final Set<TornadoNativeArray> sentOnce = new LinkedHashSet<>();
    private final Set<TornadoNativeArray> returned = new LinkedHashSet<>();
    private final Set<TornadoNativeArray> onDemand = new LinkedHashSet<>();

    /** States that stay on the device from run to run; they go there in a graph of their own where the host side counts. */
    public GraphTransfers keeping(Collection<FloatArray> arrays) {
        states.addAll(arrays);
        return this;
    }

    /** Arrays that go to the device before each run. */
    public GraphTransfers sending(Collection<? extends TornadoNativeArray> arrays) {
        sent.addAll(arrays);
        return this;
    }

    /** Arrays that go to the device before the first run only: constants, and the NaN with which results begin. */
    public GraphTransfers sendingOnce(Collection<? extends TornadoNativeArray> arrays) {
        sentOnce.addAll(arrays);
        return this;
    }

    /** Arrays that come back after each run. */
    public GraphTransfers returning(Collection<? extends TornadoNativeArray> arrays) {
        returned.addAll(arrays);
        return this;
    }

    /** Arrays that come back when the plan asks, and those that only kernels use: of each array some transfer must tell. */
    public GraphTransfers onDemand(Collection<? extends TornadoNativeArray> arrays) {
        onDemand.addAll(arrays);
        return this;
    }

    List<FloatArray> states() {
        return List.copyOf(states);
    }

    Object[] sent() {
        return sent.toArray();
    }

    /** Without those that are sent each time. */
    Object[] sentOnce() {
        return sentOnce.stream().filter(array -> !sent.contains(array)).toArray();
    }

    Object[] returned() {
        return returned.toArray();
    }

    Object[] onDemand() {
        return onDemand.toArray();
    }
}
