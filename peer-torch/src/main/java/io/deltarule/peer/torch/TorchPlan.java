package io.deltarule.peer.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.engine.AbstractDeltaPlan;

/** Wraps a run's tensors for PyTorch, runs the batch, or its packed sequences one after the other, and stores the results. */
final class TorchPlan extends AbstractDeltaPlan {
    private final NDManager manager = TorchLibrary.newManager();
    private final ChunkwiseOperations chunkwise;
    private final int threads;
    private NDArray kept; // [N · HV, K, V]; null where no state is kept

    TorchPlan(PlanSpec spec, int threads) {
        super(spec);
        this.threads = threads;
        chunkwise = spec.form() == Form.CHUNK ? new ChunkwiseOperations(manager, spec.chunkSize()) : null;
        if (spec.keepsState()) {
            kept = manager.zeros(states(spec.shape()));
        }
    }

    private static Shape states(DeltaShape s) {
        return new Shape(s.state().count(), s.K(), s.V());
    }

    @Override
    protected void execute(DeltaShape shape, DeltaInputs in, DeltaOutputs out) {
        if (shape.sequences() == 0) {
            return;
        }
        TorchLibrary.useThreads(threads);
        try (NDManager run = manager.newSubManager()) {
            NDArray first = firstState(run, shape, in);
            NDArray last = first;
            if (shape.tokens() > 0) {
                PeerBatch all = operands(run, in, first);
                PeerBatch.Results results = in.cuSeqlens() == null ? run(all) : packed(all, in.cuSeqlens(), shape);
                Exchange.store(run, results.o(), out.o());
                last = results.state();
                keep(last);
            }
            if (out.finalState() != null) {
                Exchange.store(run, last, out.finalState());
            }
        }
    }

    private void keep(NDArray state) {
        if (kept != null) {
            kept.close();
            state.attach(manager);
            kept = state;
        }
    }

    private NDArray firstState(NDManager run, DeltaShape shape, DeltaInputs in) {
        if (kept != null) {
            return kept;
        }
        return in.initialState() == null
                ? run.zeros(states(shape))
                : Exchange.wrap(run, in.initialState()).reshape(states(shape));
    }

    private PeerBatch operands(NDManager run, DeltaInputs in, NDArray state) {
        Tensor g = in.get(Input.G);
        return new PeerBatch(
                Exchange.wrap(run, in.get(Input.Q)),
                Exchange.wrap(run, in.get(Input.K)),
                Exchange.wrap(run, in.get(Input.V)),
                g == null ? null : Exchange.wrap(run, g),
                Exchange.wrap(run, in.get(Input.BETA)),
                state,
                spec().scale());
    }

    private PeerBatch.Results run(PeerBatch in) {
        return chunkwise == null ? TokenOperations.run(in) : chunkwise.run(in);
    }

    private PeerBatch.Results packed(PeerBatch all, int[] ends, DeltaShape shape) {
        NDList outputs = new NDList();
        NDList states = new NDList();
        for (int n = 0; n + 1 < ends.length; n++) {
            NDArray state = all.state().get(n * shape.HV() + ":" + (n + 1) * shape.HV());
            if (ends[n] < ends[n + 1]) {
                PeerBatch.Results one = run(all.tokens(ends[n], ends[n + 1], state));
                outputs.add(one.o());
                state = one.state();
            }
            states.add(state);
        }
        return new PeerBatch.Results(NDArrays.concat(outputs, 1), NDArrays.concat(states, 0));
    }

    @Override
    protected void writeState(Tensor state) {
        kept.close();
        Shape shape = states(spec().shape());
        if (state == null) {
            kept = manager.zeros(shape);
        } else {
            try (NDManager copying = manager.newSubManager()) {
                kept = Exchange.wrap(copying, state).reshape(shape).duplicate();
                kept.attach(manager);
            }
        }
    }

    @Override
    protected void readState(Tensor state) {
        try (NDManager copying = manager.newSubManager()) {
            Exchange.store(copying, kept, state);
        }
    }

    @Override
    protected void release() {
        if (chunkwise != null) {
            chunkwise.close();
        }
        manager.close();
    }
}
