package io.deltarule.core.cpu;

import io.deltarule.core.PlanSpec;
import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.math.WorkerPool;
import io.deltarule.core.cpu.op.LayerProducts;
import io.deltarule.core.cpu.op.LayerRun;
import io.deltarule.core.cpu.op.LayerSlots;
import io.deltarule.core.cpu.op.LayerStep;
import io.deltarule.core.cpu.product.Products;
import io.deltarule.core.engine.AbstractLayerPlan;
import io.deltarule.core.layer.LayerSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A program on the CPU: one {@link LayerStep} per operation over slots allocated once. Each operation runs over all of
 * the run's tokens before the next begins; its threads share out rows, blocks or heads.
 */
final class CpuLayerPlan extends AbstractLayerPlan {
    private final Arena arena = Arena.ofShared();
    private final List<LayerStep> steps = new ArrayList<>();
    private final LayerSlots slots;
    private final CpuSteps maker;

    private final Products products;

    /**
     * @param chosen checks a specification of the delta rule and chooses what it leaves to the engine
     * @param batchInvariant whether a sequence's numbers must not depend on what runs beside it
     */
    CpuLayerPlan(LayerSpec spec, WorkerPool pool, UnaryOperator<PlanSpec> chosen, boolean batchInvariant) {
        super(spec);
        this.products = batchInvariant ? Products.own() : Products.chosen();
        try {
            this.slots = new LayerSlots(spec.program(), spec.maxTokens(), arena);
            this.maker = new CpuSteps(
                    spec,
                    pool,
                    chosen,
                    batchInvariant ? LayerProducts.OWN_FOR_ANY_NUMBER : LayerProducts.fastest(),
                    products,
                    slots::get,
                    arena);
            spec.program().ops().forEach(op -> steps.add(maker.step(op)));
        } catch (RuntimeException | Error e) {
            release();
            throw e;
        }
    }

    /** Whether the plan's memory is still there; false after close. */
    boolean holdsMemory() {
        return arena.scope().isAlive();
    }

    @Override
    protected void execute(int[] lengths, int[] positions, List<Tensor> inputs, List<Tensor> outputs) {
        maker.checkAlive();
        LayerRun run = maker.run();
        run.begin(lengths, positions);
        products.begin();
        for (int i = 0; i < inputs.size(); i++) {
            MemorySegment given = inputs.get(i).data();
            MemorySegment.copy(
                    given, 0, slots.get(spec().program().inputs().get(i)).data(), 0, given.byteSize());
        }
        for (LayerStep step : steps) {
            step.run(run);
        }
        for (int i = 0; i < outputs.size(); i++) {
            MemorySegment wanted = outputs.get(i).data();
            MemorySegment.copy(slots.get(spec().program().outputs().get(i)).data(), 0, wanted, 0, wanted.byteSize());
        }
    }

    @Override
    protected void clearState() {
        steps.forEach(LayerStep::reset);
    }

    @Override
    protected void readState(List<Tensor> state, int[] positions) {
        Iterator<Tensor> next = state.iterator();
        steps.forEach(step -> step.save(next, positions));
    }

    @Override
    protected void writeState(List<Tensor> state, int[] positions) {
        Iterator<Tensor> next = state.iterator();
        steps.forEach(step -> step.load(next, positions));
    }

    @Override
    protected void release() {
        arena.close();
    }
}
