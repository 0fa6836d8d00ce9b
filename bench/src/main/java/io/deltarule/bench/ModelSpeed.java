package io.deltarule.bench;

import io.deltarule.core.Comparison;
import io.deltarule.core.DeltaEngine;
import io.deltarule.core.Engines;
import io.deltarule.core.Tensor;
import io.deltarule.core.cpu.CpuBaseline;
import io.deltarule.core.layer.LayerPlan;
import io.deltarule.core.layer.LayerProgram;
import io.deltarule.core.layer.LayerSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** A whole model on one engine: decode steps beside a copy of memory, a prefill beside matrix products. */
final class ModelSpeed implements AutoCloseable {
    private static final int CONTEXT = 4096;

    /** Tokens that the reference verifies as one prefill: more than the engine takes row by row. */
    private static final int VERIFIED = 17;

    private static final int SGEMM = 512;
    private static final int SGEMMS = 20; // in turn with a prefill

    private final RandomModel.Size size;
    private final Arena arena = Arena.ofShared();
    private final Copies copies = new Copies();
    private final List<LayerPlan> plans = new ArrayList<>();
    private final RandomModel model;
    private final LayerPlan body;
    private final LayerPlan head;
    private final Tensor logits;
    private long copied;

    ModelSpeed(DeltaEngine engine, RandomModel.Size size) {
        this.size = size;
        boolean made = false;
        try {
            model = RandomModel.of(size, arena, this::copy);
            body = plan(engine, model.body(), size.tokens(), CONTEXT);
            head = plan(engine, model.head(), 1, Integer.MAX_VALUE);
            logits = Tensor.allocate(arena, 1, size.vocab());
            made = true;
        } finally {
            if (!made) {
                close();
            }
        }
    }

    /** Copied blocks lie between the weights, for which physical pages a block gets may change its speed. */
    private void copy(long bytes) {
        copied += bytes;
        long block = (long) size.vocab() * size.hidden() * Short.BYTES / 2;
        while (copied >= block) {
            copies.add(block);
            copied -= block;
        }
    }

    private LayerPlan plan(DeltaEngine engine, LayerProgram program, int tokens, int context) {
        LayerPlan plan = engine.plan(LayerSpec.of(program, model.weights(), tokens, 1, context));
        plans.add(plan);
        return plan;
    }

    private static Tensor ids(int count, int first, int vocab) {
        Tensor ids = Tensor.zeros(count, 1);
        for (int i = 0; i < count; i++) {
            ids.set(i, (int) ((first + i) * 7919L % vocab));
        }
        return ids;
    }

    /** One token's logits after a short prefill, against float64. */
    Comparison verify() {
        DeltaEngine reference = Engines.named("reference");
        try (LayerPlan exactBody = plan(reference, model.body(), VERIFIED, CONTEXT);
                LayerPlan exactHead = plan(reference, model.head(), 1, CONTEXT)) {
            Tensor expected = decoded(exactBody, exactHead);
            return Comparison.of("logits", expected, decoded(body, head));
        }
    }

    private Tensor decoded(LayerPlan first, LayerPlan second) {
        first.reset();
        Tensor rows = Tensor.zeros(VERIFIED, size.hidden());
        first.run(new int[] {VERIFIED}, List.of(ids(VERIFIED, 0, size.vocab())), List.of(rows));
        Tensor row = Tensor.zeros(1, size.hidden());
        first.run(new int[] {1}, List.of(ids(1, VERIFIED, size.vocab())), List.of(row));
        Tensor out = Tensor.zeros(1, size.vocab()).fill(Float.NaN);
        second.run(new int[] {1}, List.of(row), List.of(out));
        return out;
    }

    /** Bytes of weights per second of decode steps over bytes read and written by copies, in turn with them. */
    Ratio decode(Sampler sampler) {
        body.reset();
        int[] one = {1};
        Tensor row = Tensor.allocate(arena, 1, size.hidden());
        Runnable step = () -> {
            int position = body.positions()[0];
            if (position == CONTEXT) {
                body.reset();
                position = 0;
            }
            body.run(one, List.of(ids(1, position, size.vocab())), List.of(row));
            head.run(one, List.of(row), List.of(logits));
        };
        List<Timing> timings = sampler.time(List.of(copies::run, step));
        return Ratio.of(
                "model_decode_weights_over_copy",
                "bytes of bfloat16 weights per second of decode steps of " + size.inWords()
                        + ", every weight counted once, over bytes read and written by copies, in turn with them on the"
                        + " same threads",
                model.bytes() / timings.getLast().medianNanos(),
                copies.bytes() / timings.getFirst().medianNanos(),
                "GB/s");
    }

    /** Operations of the projections per second of a prefill over those of matrix products, in turn with it. */
    Ratio prefill(Sampler sampler) {
        Tensor ids = ids(size.tokens(), 0, size.vocab());
        Tensor rows = Tensor.allocate(arena, size.tokens(), size.hidden());
        int[] all = {size.tokens()};
        try (CpuBaseline sgemm = CpuBaseline.multiply(SGEMM)) {
            Runnable products = () -> {
                for (int i = 0; i < SGEMMS; i++) {
                    sgemm.run();
                }
            };
            Runnable prefill = () -> {
                body.reset();
                body.run(all, List.of(ids), List.of(rows));
            };
            List<Timing> timings = sampler.time(List.of(products, prefill));
            return Ratio.of(
                    "model_prefill_over_sgemm",
                    "floating-point operations of the projections alone per second of a prefill of " + size.tokens()
                            + " tokens through " + size.inWords() + ", over those of float32 products of " + SGEMM
                            + " x " + SGEMM + " matrices, in turn with it on the same threads",
                    model.flopsPerToken() * size.tokens() / timings.getLast().medianNanos(),
                    SGEMMS * sgemm.flops() / timings.getFirst().medianNanos(),
                    "GFLOP/s");
        }
    }

    @Override
    public void close() {
        plans.forEach(LayerPlan::close);
        copies.close();
        arena.close();
    }
}
