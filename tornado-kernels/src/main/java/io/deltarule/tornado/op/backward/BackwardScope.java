package io.deltarule.tornado.op.backward;

import io.deltarule.core.layer.LayerSpec;
import io.deltarule.core.layer.Slot;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import io.deltarule.tornado.op.Activations;
import io.deltarule.tornado.op.DeviceMatrix;
import io.deltarule.tornado.op.LayerArrays;
import io.deltarule.tornado.op.backward.kernel.ColumnSumKernel;
import io.deltarule.tornado.op.backward.kernel.MoveKernel;
import io.deltarule.tornado.op.backward.kernel.ProductKernel;
import io.deltarule.tornado.op.backward.kernel.SlopeKernel;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * What the launches of one operation backward have: arrays, run tables, and where its gradients go. The launches that several
 * operations use are made here.
 *
 * @param spec program and capacities
 * @param op the operation's number
 * @param arrays slots and weights
 * @param back gradients
 * @param tables what is learnt of a run
 * @param scope of the launches
 * @param wanted for each slot that the operation reads, in order, where its gradient goes; null where nobody wants it
 */
record BackwardScope(
        LayerSpec spec,
        int op,
        LayerArrays arrays,
        BackwardArrays back,
        BackwardTables tables,
        LaunchScope scope,
        List<GradientPlace> wanted) {
    FloatArray slot(Slot slot) {
        return arrays.slot(slot);
    }

    /** The gradient of a slot that the operation wrote; null where nobody has one. */
    FloatArray given(Slot slot) {
        return back.gradient(slot);
    }

    /** A weight, or for the name null a stand-in that the kernel is told not to read. */
    FloatArray weight(String name, FloatArray standIn) {
        return name == null ? standIn : arrays.weight(name);
    }

    /** A launch with one work-item for each of a token's items. */
    Launch perToken(String name, int items, int lanes, KernelTask task) {
        return scope.launch(name, lanes, run -> Math.ceilDiv(run.tokens() * items, lanes), task);
    }

    /** A launch with one work-item for each of a sequence's items. */
    Launch perSequence(String name, int items, int lanes, KernelTask task) {
        return scope.launch(name, lanes, run -> Math.ceilDiv(spec.sequences() * items, lanes), task);
    }

    /** Of y = W x: x̄ = ȳ W. */
    Launch inputGradient(FloatArray dy, DeviceMatrix W, GradientPlace dx, int in, int out) {
        return scope.launch(
                "inputGradient",
                ProductKernel.LANES,
                run -> tiles(run.tokens()) * tiles(in),
                KernelTask.of(
                        ProductKernel::product,
                        dy,
                        W.numbers(),
                        W.packed(),
                        dx.array(),
                        0,
                        out,
                        in,
                        W.bits(),
                        dx.add() ? ProductKernel.ADD : 0));
    }

    /** Of y = W x: W̄ += ȳᵀ x. */
    Launch weightGradient(FloatArray dy, FloatArray x, FloatArray dW, int in, int out) {
        return scope.launch(
                "weightGradient",
                ProductKernel.LANES,
                run -> tiles(out) * tiles(in),
                KernelTask.of(
                        ProductKernel::product,
                        dy,
                        x,
                        arrays.unread(),
                        dW,
                        out,
                        0,
                        in,
                        0,
                        ProductKernel.TURNED | ProductKernel.ADD));
    }

    private static int tiles(int numbers) {
        return Math.ceilDiv(numbers, ProductKernel.TILE);
    }

    /** What a weight gets of all rows x [tokens · perToken, width]; each of its numbers serves {@code share} channels. */
    Launch sum(String name, FloatArray x, FloatArray dw, int perToken, int width, int share) {
        return scope.launch(
                name,
                ColumnSumKernel.LANES,
                run -> Math.ceilDiv(width / share, ColumnSumKernel.COLUMNS),
                KernelTask.of(ColumnSumKernel::sumRows, x, dw, perToken, width, share));
    }

    /** x̄ = ȳ. */
    Launch pass(String name, FloatArray dy, GradientPlace dx, int width) {
        return slope(name, SlopeKernel.PASS, dy, dy, dy, dx, width, 1, Activations.IDENTITY, 1);
    }

    /** One of {@link SlopeKernel}'s operations. */
    Launch slope(
            String name,
            int operation,
            FloatArray a,
            FloatArray b,
            FloatArray dy,
            GradientPlace dx,
            int width,
            int share,
            int activation,
            double factor) {
        return perToken(
                name,
                width,
                SlopeKernel.LANES,
                KernelTask.of(
                        SlopeKernel::slope,
                        a,
                        b,
                        dy,
                        dx.array(),
                        width,
                        share,
                        operation,
                        activation,
                        (float) factor,
                        dx.adds()));
    }

    /** Part of each block: {@link MoveKernel#gather}. */
    Launch gather(
            String name, FloatArray dy, GradientPlace dx, int width, int part, int stride, int offset, int shared) {
        return perToken(
                name,
                width,
                MoveKernel.LANES,
                KernelTask.of(MoveKernel::gather, dy, dx.array(), width, part, stride, offset, shared, dx.adds()));
    }
}
