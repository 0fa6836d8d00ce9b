package io.deltarule.tornado.delta.backward;

import io.deltarule.core.DeltaShape;
import io.deltarule.tornado.delta.ChunkBuffers;
import io.deltarule.tornado.delta.DeltaArrays;
import io.deltarule.tornado.delta.InputMap;
import io.deltarule.tornado.delta.KernelFlags;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** The stages that the backward uses several times, each under a name of its own. */
final class GradientStages {
    private final DeltaShape s;
    private final DeltaArrays x;
    private final ChunkBuffers between;
    private final GradientBuffers gradients;
    private final LaunchScope scope;
    private final int C;
    private final int G;

    GradientStages(DeltaShape s, DeltaArrays x, ChunkBuffers between, GradientBuffers gradients, LaunchScope scope) {
        this.s = s;
        this.x = x;
        this.between = between;
        this.gradients = gradients;
        this.scope = scope;
        C = between.C;
        G = s.gateWidth();
    }

    /** Where the launches belong. */
    LaunchScope scope() {
        return scope;
    }

    /** Both parts of a key vector's gradient; between them, of what comes from beyond the chunk alone, its part of dg. */
    List<Launch> withGate(Launch outer, Launch inner, Supplier<Launch> gate) {
        List<Launch> launches = new ArrayList<>(List.of(outer));
        if (G > 0) {
            launches.add(gate.get());
        }
        launches.add(inner);
        return launches;
    }

    /** What a read with the scores at hand leaves for pseudo-values and states. */
    Launch read(String name, FloatArray a, int heads, FloatArray b, GradientOptions options) {
        return read(name, a, heads, b, between.scores, gradients.readValues, s.K(), GradientFlags.of(options));
    }

    /** The same for each log-linear state that is live before a chunk, its part for the pseudo-values solved. */
    Launch readLevels(String name, FloatArray b) {
        int flags = KernelFlags.of(x.map().erases() ? InputMap.NO_GAINS : InputMap.NO_ERASE_KEY) | KernelFlags.LEVELS;
        return read(name, x.q(), s.H(), b, between.products, gradients.values, s.K(), flags);
    }

    /** What the weighed reads of a chunk's own rows leave for what they wrote. */
    Launch readWithin(String name, FloatArray b) {
        int flags = GradientFlags.of(GradientOptions.ADD);
        return read(name, x.q(), s.H(), b, between.masked, gradients.values, 0, flags);
    }

    /** @param depth K, or 0 for the part of the pseudo-values alone */
    private Launch read(
            String name,
            FloatArray a,
            int heads,
            FloatArray b,
            FloatArray scores,
            FloatArray values,
            int depth,
            int flags) {
        boolean levels = (flags & KernelFlags.LEVELS) != 0;
        int columnTiles = Math.ceilDiv(s.V(), ReadGradientKernel.TILE);
        int valueTiles = levels && !x.map().erases() ? 0 : Math.ceilDiv(C, ReadGradientKernel.ROWS);
        int tiles = valueTiles + Math.ceilDiv(depth, ReadGradientKernel.ROWS);
        return scope.launch(
                name,
                ReadGradientKernel.LANES,
                run -> (levels ? run.live() : run.chunks()) * s.HV() * columnTiles * tiles,
                KernelTask.of(
                        ReadGradientKernel::readGradients,
                        a,
                        b,
                        between.into,
                        scores,
                        x.weights(),
                        values,
                        gradients.states,
                        depth,
                        s.V(),
                        C,
                        G,
                        s.householders(),
                        heads,
                        s.HV(),
                        flags));
    }

    /** The part of a key vector's gradient through a state: that before the chunk, or the gradient of its last. */
    Launch outer(String name, FloatArray rows, FloatArray states, FloatArray to, GradientOptions options, float scale) {
        FloatArray fades = states == between.states ? between.into : between.outOf;
        return scope.launch(
                name,
                OuterGradientKernel.LANES,
                run -> run.chunks() * s.HV() * Math.ceilDiv(s.K(), OuterGradientKernel.CHANNELS),
                KernelTask.of(
                        OuterGradientKernel::outerGradients,
                        rows,
                        fades,
                        states,
                        x.weights(),
                        to,
                        s.K(),
                        s.V(),
                        C,
                        G,
                        s.householders(),
                        s.HV(),
                        GradientFlags.of(options),
                        scale));
    }

    /** The part through the rows before. */
    Launch earlier(String name, FloatArray overlaps, FloatArray to, GradientOptions options, float scale) {
        return scope.launch(
                name,
                InnerGradientKernels.LANES,
                run -> run.chunks() * s.HV() * Math.ceilDiv(s.K(), InnerGradientKernels.CHANNELS),
                KernelTask.of(
                        InnerGradientKernels::earlierRows,
                        x.k(),
                        x.g(),
                        overlaps,
                        to,
                        s.K(),
                        C,
                        G,
                        s.householders(),
                        s.H(),
                        s.HV(),
                        GradientFlags.of(options),
                        scale));
    }

    /** The part of dk through what later rows do with a vector. */
    Launch later(String name, KeyChannelVector vector, FloatArray overlaps, GradientOptions options, float scale) {
        return scope.launch(
                name,
                InnerGradientKernels.LANES,
                run -> run.chunks() * s.HV() * Math.ceilDiv(s.K(), InnerGradientKernels.CHANNELS),
                KernelTask.of(
                        InnerGradientKernels::laterRows,
                        vector.array(),
                        x.eraseGain(),
                        x.g(),
                        overlaps,
                        gradients.inner,
                        gradients.outer,
                        s.K(),
                        C,
                        G,
                        s.householders(),
                        vector.heads(),
                        s.HV(),
                        GradientFlags.of(vector, options),
                        scale));
    }

    /** Products of a vector with its gradient, for dg. */
    Launch products(
            String name,
            KeyChannelVector vector,
            FloatArray gradient,
            FloatArray to,
            GradientOptions options,
            float scale) {
        return scope.launch(
                name,
                GateGradientKernels.LANES,
                run -> run.chunks() * s.HV(),
                KernelTask.of(
                        GateGradientKernels::gateProducts,
                        vector.array(),
                        x.eraseGain(),
                        gradient,
                        to,
                        s.K(),
                        C,
                        G,
                        s.householders(),
                        vector.heads(),
                        s.HV(),
                        GradientFlags.of(vector, options),
                        scale));
    }

    /** What passes from row to row through one decay per head, for the scores at hand. */
    Launch rectangles(String name, FloatArray overlaps, FloatArray dg, GradientOptions options) {
        return scope.launch(
                name,
                GateGradientKernels.ROWS,
                run -> run.chunks() * s.HV(),
                KernelTask.of(
                        GateGradientKernels::gateRectangles,
                        between.scores,
                        overlaps,
                        options.erases() ? between.lower : between.scores,
                        options.erases() ? gradients.erased : overlaps,
                        dg,
                        C,
                        s.householders(),
                        s.HV(),
                        GradientFlags.of(options)));
    }

    /** What passes from row to row through one decay per channel, on its way to a vector of later rows. */
    Launch crossings(
            String name,
            KeyChannelVector vector,
            FloatArray overlaps,
            FloatArray dg,
            GradientOptions options,
            float scale) {
        return scope.launch(
                name,
                GateCrossingKernel.LANES,
                run -> run.chunks() * s.HV() * Math.ceilDiv(s.K(), GateCrossingKernel.CHANNELS),
                KernelTask.of(
                        GateCrossingKernel::gateCrossings,
                        vector.array(),
                        x.eraseGain(),
                        x.k(),
                        x.g(),
                        overlaps,
                        dg,
                        s.K(),
                        C,
                        s.householders(),
                        vector.heads(),
                        s.H(),
                        s.HV(),
                        GradientFlags.of(vector, options),
                        scale));
    }

    /** All of dg but what passes from row to row, which is there. */
    Launch gates(FloatArray dg) {
        return scope.launch(
                "gateGradients",
                GateGradientKernels.LANES,
                run -> run.chunks() * s.HV() * Math.ceilDiv(G, GateGradientKernels.CHANNELS),
                KernelTask.of(
                        GateGradientKernels::gateSums,
                        between.into,
                        between.states,
                        gradients.states,
                        gradients.gateSums,
                        gradients.gateOuter,
                        dg,
                        s.K(),
                        s.V(),
                        C,
                        G,
                        s.householders(),
                        s.HV(),
                        KernelFlags.bit(s.logLinear(), KernelFlags.LEVELS)));
    }

    /** Gradients of the weights of levels. */
    Launch levelWeights(FloatArray dO, FloatArray dLambda) {
        return scope.launch(
                "levelWeights",
                LevelGradientKernels.ROW_LANES,
                run -> run.chunks() * s.HV() * C,
                KernelTask.of(
                        LevelGradientKernels::levelWeightGradients,
                        dO,
                        between.products,
                        gradients.pairs,
                        between.reads,
                        dLambda,
                        s.V(),
                        C,
                        s.householders(),
                        s.HV()));
    }

    /** What the weighed reads of a chunk's own rows give to the gradients of scores. */
    Launch levelScores() {
        boolean erases = x.map().erases();
        return scope.launch(
                "levelScoreGradients",
                LevelGradientKernels.LANES,
                run -> run.chunks() * s.HV(),
                KernelTask.of(
                        LevelGradientKernels::levelScoreGradients,
                        x.lambda(),
                        gradients.pairs,
                        between.products,
                        erases ? between.lower : between.products,
                        gradients.overlaps,
                        erases ? gradients.erased : gradients.inner,
                        C,
                        s.householders(),
                        s.HV(),
                        KernelFlags.of(x.map())));
    }
}
