package io.deltarule.core.cpu.backward;

import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.op.LayerRun;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** One run that is gone back over, as the steps see it. */
public final class BackwardRun {
    private final LayerRun tokens;
    private boolean later;
    private boolean earlier;
    private MemorySegment weights;
    private List<Tensor> carried;
    private long computed; // how often slots were computed

    public BackwardRun(LayerRun tokens) {
        this.tokens = tokens;
    }

    /**
     * Takes up a run.
     *
     * @param isLater whether the run after it was gone back over, so that steps that carry something have its gradient
     * @param isEarlier whether a run before it will be, so that the gradient of what was carried in is wanted
     * @param gradients those of the weights
     */
    public void begin(boolean isLater, boolean isEarlier, MemorySegment gradients) {
        later = isLater;
        earlier = isEarlier;
        weights = gradients;
    }

    /**
     * Takes up what the next step's operation carried into the run, as it saves it.
     *
     * @param state empty where this is all zero, or nothing
     */
    public void enter(List<Tensor> state) {
        carried = state;
    }

    /** Takes up that slots have been computed: what steps remember of them counts no more. */
    public void computed() {
        computed++;
    }

    /** Which computation of the slots the steps go back over. */
    long computation() {
        return computed;
    }

    /** Where tokens lie and how work is shared out. */
    public LayerRun tokens() {
        return tokens;
    }

    boolean later() {
        return later;
    }

    boolean earlier() {
        return earlier;
    }

    /** The gradients of all weights. */
    MemorySegment weights() {
        return weights;
    }

    /** Whether the operation began with zeros. */
    boolean fromZero() {
        return carried.isEmpty();
    }

    /** One of the tensors that the operation carried in; not where {@link #fromZero}. */
    Tensor carried(int index) {
        return carried.get(index);
    }
}
