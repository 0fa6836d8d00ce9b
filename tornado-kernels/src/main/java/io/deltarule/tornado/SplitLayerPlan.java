package io.deltarule.tornado;

import io.deltarule.core.Tensor;
import io.deltarule.core.engine.AbstractLayerPlan;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.Slot;
import io.deltarule.core.measure.Profiled;
import io.deltarule.core.measure.RunTimes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** A program as several task graphs, one after the other; what crosses from one to the next passes through the host. */
final class SplitLayerPlan extends AbstractLayerPlan implements Profiled {
    private final List<LayerPlan> parts = new ArrayList<>();

    /**
     * Makes a plan for each part.
     *
     * @param spec the whole program
     * @param parts its parts, in order
     * @param maker makes a part's plan
     */
    SplitLayerPlan(LayerSpec spec, List<LayerSpec> parts, Function<LayerSpec, LayerPlan> maker) {
        super(spec);
        try {
            parts.forEach(part -> this.parts.add(maker.apply(part)));
        } catch (RuntimeException | Error e) {
            release();
            throw e;
        }
    }

    /** How many task graphs there are. */
    int parts() {
        return parts.size();
    }

    @Override
    protected void execute(int[] lengths, int[] positions, List<Tensor> inputs, List<Tensor> outputs) {
        int tokens = Arrays.stream(lengths).sum();
        List<Slot> wanted = spec().program().outputs();
        Map<Slot, Tensor> rows = new HashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            rows.put(spec().program().inputs().get(i), inputs.get(i));
        }
        for (LayerPlan part : parts) {
            List<Tensor> in =
                    part.spec().program().inputs().stream().map(rows::get).toList();
            List<Tensor> out = new ArrayList<>();
            for (Slot slot : part.spec().program().outputs()) {
                int output = wanted.indexOf(slot);
                Tensor to = output < 0 ? Tensor.zeros(tokens, slot.width()) : outputs.get(output);
                rows.put(slot, to);
                out.add(to);
            }
            part.run(lengths, in, out);
        }
        for (int i = 0; i < wanted.size(); i++) {
            Tensor made = rows.get(wanted.get(i));
            if (made != outputs.get(i)) { // an input, or wanted twice
                outputs.get(i).copyFrom(made);
            }
        }
    }

    @Override
    protected void clearState() {
        parts.forEach(LayerPlan::reset);
    }

    @Override
    protected void readState(List<Tensor> state, int[] positions) {
        int next = 0;
        for (LayerPlan part : parts) {
            for (Tensor saved : part.saveState()) {
                state.get(next++).copyFrom(saved);
            }
        }
    }

    @Override
    protected void writeState(List<Tensor> state, int[] positions) {
        int next = 0;
        for (LayerPlan part : parts) {
            int count = part.spec().carried().size();
            part.loadState(state.subList(next, next + count), positions);
            next += count;
        }
    }

    private Stream<Profiled> profiled() {
        return parts.stream().filter(Profiled.class::isInstance).map(Profiled.class::cast);
    }

    @Override
    public void profile(boolean on) {
        profiled().forEach(part -> part.profile(on));
    }

    @Override
    public RunTimes lastRun() {
        return profiled().map(Profiled::lastRun).reduce(RunTimes.NONE, RunTimes::plus);
    }

    @Override
    protected void release() {
        parts.forEach(LayerPlan::close);
    }
}
