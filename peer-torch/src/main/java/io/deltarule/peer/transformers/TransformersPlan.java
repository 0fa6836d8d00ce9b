package io.deltarule.peer.transformers;

import io.deltarule.core.DeltaInputs;
import io.deltarule.core.DeltaOutputs;
import io.deltarule.core.DeltaShape;
import io.deltarule.core.Input;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.engine.AbstractDeltaPlan;
import io.deltarule.core.measure.SelfTimed;
import java.lang.foreign.MemorySegment;

/** A Python of its own and memory shared with it, which every run's operands and results cross. */
final class TransformersPlan extends AbstractDeltaPlan implements SelfTimed {
    private final ExchangeFile file;
    private final PythonProcess python;
    private long nanos;

    TransformersPlan(PlanSpec spec, String command, int threads) {
        super(spec);
        file = new ExchangeFile(spec.shape());
        PythonProcess started = null;
        try {
            started = new PythonProcess(command, threads, file.path);
        } finally {
            if (started == null) {
                file.close();
            }
        }
        python = started;
        file.unname();
    }

    @Override
    protected void execute(DeltaShape shape, DeltaInputs in, DeltaOutputs out) {
        if (in.cuSeqlens() != null && in.cuSeqlens().length > 2) { // one sequence is a batch of one
            throw new InvalidInputException(
                    "engine transformers: expected a batch but found packed sequences; take --engine cpu");
        }
        MemorySegment initial =
                in.initialState() == null ? null : in.initialState().data();
        if (shape.tokens() == 0) {
            carryOver(initial, out);
            return;
        }
        file.write(in.get(Input.Q).data(), file.q);
        file.write(in.get(Input.K).data(), file.k);
        file.write(in.get(Input.V).data(), file.v);
        file.write(in.get(Input.G).data(), file.g);
        file.write(in.get(Input.BETA).data(), file.beta);
        if (initial != null) {
            file.write(initial, file.first);
        }
        nanos = python.ask(
                "run",
                spec().chunkSize(),
                initial == null ? 0 : 1,
                shape.B(),
                shape.T(),
                shape.HV(),
                shape.K(),
                shape.V(),
                file.q,
                file.k,
                file.v,
                file.g,
                file.beta,
                file.first,
                file.o,
                file.last);
        file.read(file.o, out.o().data());
        if (out.finalState() != null) {
            file.read(file.last, out.finalState().data());
        }
    }

    private static void carryOver(MemorySegment initial, DeltaOutputs out) {
        if (out.finalState() != null && initial != null) {
            out.finalState().data().copyFrom(initial);
        } else if (out.finalState() != null) {
            out.finalState().fill(0);
        }
    }

    @Override
    public long lastRunNanos() {
        return nanos;
    }

    @Override
    protected void writeState(Tensor state) {
        throw new AssertionError("no plan of this engine keeps a state");
    }

    @Override
    protected void readState(Tensor state) {
        throw new AssertionError("no plan of this engine keeps a state");
    }

    @Override
    protected void release() {
        try {
            python.close();
        } finally {
            file.close();
        }
    }
}
