package io.deltarule.tornado.op.backward;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.Form;
import io.deltarule.core.Input;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.SequenceOp;
import io.deltarule.core.layer.Slot;
import io.deltarule.tornado.delta.ChunkBuffers;
import io.deltarule.tornado.delta.ChunkLaunches;
import io.deltarule.tornado.delta.DeltaArrays;
import io.deltarule.tornado.delta.backward.GradientBuffers;
import io.deltarule.tornado.delta.backward.GradientLaunches;
import io.deltarule.tornado.delta.backward.GradientOperands;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import io.deltarule.tornado.op.Activations;
import io.deltarule.tornado.op.CopyKernel;
import io.deltarule.tornado.op.DeltaLaunches;
import io.deltarule.tornado.op.backward.kernel.LevelSplitKernel;
import io.deltarule.tornado.op.backward.kernel.SlopeKernel;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The delta rule backward, as an operation of a layer: the launches of {@link GradientLaunches} on slots. Each of them writes a
 * gradient of its own; what is to be added to another one, or has a row per value head where the slot has one per key head, lies
 * apart and is added after them.
 */
final class DeltaBackward {
    private final SequenceOp.Delta op;
    private final BackwardScope b;
    private final Map<Input, GradientPlace> wanted = new EnumMap<>(Input.class);
    private final List<Launch> after = new ArrayList<>();

    private DeltaBackward(SequenceOp.Delta op, BackwardScope b) {
        this.op = op;
        this.b = b;
        int next = 0;
        for (Input input : op.inputs().keySet()) { // in the order of op.reads()
            wanted.put(input, b.wanted().get(next++));
        }
    }

    static List<Launch> of(SequenceOp.Delta op, BackwardScope b) {
        return new DeltaBackward(op, b).all();
    }

    private List<Launch> all() {
        LayerSpec layer = b.spec();
        DeltaShape s = op.shape(layer.maxTokens(), layer.sequences());
        PlanSpec asked = new PlanSpec(op.variant(), s, Form.CHUNK, layer.chunkSize(), op.scale(), true, layer.device());
        ChunkLaunches.check(asked);
        PlanSpec spec = ChunkLaunches.fitting(asked);
        int C = spec.chunkSize();
        int longest = ChunkLaunches.longest(spec);
        FloatArray before = b.back().before(b.op()).getFirst();
        DeltaArrays x = DeltaLaunches.arrays(op, b.arrays(), before);
        boolean erases = x.map().erases();
        List<Launch> all = new ArrayList<>();
        DeltaArrays withReads = x.withReads(
                read("d_o", op.o(), s, op.scale(), all),
                s.crossRead() ? read("d_o_cross", op.oCross(), s, 1, all) : null);
        AtomicInteger absent = new AtomicInteger();
        GradientOperands operands = GradientOperands.of(
                s,
                op.variant(),
                withReads,
                b.back().carriedGradients(b.op()).getFirst(),
                this::place,
                () -> b.back().absent(absent.getAndIncrement()));
        ChunkBuffers between = b.back().chunks(s, C, longest, erases);
        GradientBuffers gradients = b.back().chunkGradients(s, C, longest, erases);
        LaunchScope chunks = b.scope().with(b.tables().chunks(s.householders(), C, longest, s.levels()));
        all.addAll(GradientLaunches.of(spec, operands, between, gradients, chunks));
        if (s.logLinear()) {
            FloatArray carried = b.back().carriedGradients(b.op()).getFirst();
            int size = s.K() * s.V();
            all.add(chunks.launch(
                    "splitMerged",
                    LevelSplitKernel.LANES,
                    run -> Math.ceilDiv(layer.sequences() * s.HV() * size, LevelSplitKernel.LANES),
                    KernelTask.of(LevelSplitKernel::splitMerged, carried, s.HV(), size, layer.sequences())));
        }
        all.addAll(after);
        return all;
    }

    /** The gradient of a read-out, times a factor; zeros where nobody has one. */
    private FloatArray read(String name, Slot slot, DeltaShape s, double factor, List<Launch> launches) {
        FloatArray dy = b.given(slot);
        int width = s.HV() * s.V();
        FloatArray scaled = b.back().scratch(name, width);
        if (dy == null) {
            launches.add(b.perToken(name, width, CopyKernel.LANES, KernelTask.of(CopyKernel::fill, scaled, width, 0f)));
        } else {
            launches.add(b.slope(
                    name,
                    SlopeKernel.MAP,
                    dy,
                    dy,
                    dy,
                    new GradientPlace(scaled, false),
                    width,
                    1,
                    Activations.IDENTITY,
                    factor));
        }
        return scaled;
    }

    /** Where the launches put an input's gradient. */
    private FloatArray place(Input input, Input.Axes axes) {
        GradientPlace dx = wanted.get(input);
        int width = axes.width();
        Slot slot = op.inputs().get(input);
        if (dx != null && !dx.add() && slot.width() == width) {
            return dx.array();
        }
        FloatArray apart = b.back().scratch("delta " + input.id(), width);
        if (dx != null) {
            int shared = width / slot.width(); // value heads that one row of the slot serves
            int part = axes.channels();
            String name = "give_" + input.id();
            after.add(b.gather(name, apart, dx, slot.width(), part, part, 0, shared));
        }
        return apart;
    }
}
