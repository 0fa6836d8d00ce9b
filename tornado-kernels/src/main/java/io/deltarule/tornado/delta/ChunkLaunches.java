package io.deltarule.tornado.delta;

import io.deltarule.core.DeltaShape;
import io.deltarule.core.InvalidInputException;
import io.deltarule.core.PlanSpec;
import io.deltarule.core.Storage;
import io.deltarule.core.engine.ChunkLength;
import io.deltarule.tornado.graph.KernelTask;
import io.deltarule.tornado.graph.Launch;
import io.deltarule.tornado.graph.LaunchScope;
import io.deltarule.tornado.stored.StoredArrays;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * The chunkwise form: one pipeline for every variant and gate width.
 *
 * <pre>
 *   decays (G &gt; 0)   g → into, outOf
 *   scores           q k e g → L, M              a kernel of its own where the gate is per channel
 *   inverse          L → A = (I + L)^{-1}
 *   solve            A u e into → U, W
 *   states           U W k outOf S → P, state before each chunk, S      in segments after segmentMaps, segmentStarts: {@link StateWalk}
 *   outputs          q into M P states → o
 *   selective read   r k g P states → o_cross    where there are read queries: {@link ReadLaunches}
 * </pre>
 *
 * Where nothing is erased, P = u: there is no L, inverse, U or W, and two stages take their place.
 *
 * <pre>
 *   scores           q k g → M
 *   values           u → P
 *   states           P k outOf S → state before each chunk, S
 * </pre>
 *
 * Log-linear states go through the same stages, several per chunk, and are read one by one. What pairs of a chunk's rows give is
 * weighed pair by pair.
 *
 * <pre>
 *   levelScores      M A λ → N = M A, N weighed
 *   writes           u by chunks                 where something is erased; else it is P
 *   levelReads       q into M P states → what each live state gives
 *   outputs          N weighed, u → o            the outputs' kernel without states
 *   sumLevels        λ, what each gives → o
 * </pre>
 */
public final class ChunkLaunches {
    /** Chunk sizes that the kernels' 16-row blocks and local memory allow. */
    public static final List<Integer> SIZES = List.of(16, 32, 64);

    private final PlanSpec spec;
    private final DeltaShape s;
    private final DeltaArrays x;
    private final ChunkBuffers between;
    private final LaunchScope scope;
    private final int C;
    private final int G;

    private ChunkLaunches(PlanSpec spec, DeltaArrays x, ChunkBuffers between, LaunchScope scope) {
        this.spec = spec;
        this.s = spec.shape();
        this.x = x;
        this.between = between;
        this.scope = scope;
        C = spec.chunkSize();
        G = s.gateWidth();
    }

    /**
     * Refuses what the kernels cannot do.
     *
     * @throws InvalidInputException naming what they can
     */
    public static void check(PlanSpec spec) {
        DeltaShape s = spec.shape();
        if (!SIZES.contains(spec.chunkSize())) {
            throw new InvalidInputException("chunk size: the tornado engine expects 16, 32 or 64 but found "
                    + spec.chunkSize() + "; the recurrent form needs none");
        }
        if (s.logLinear() && s.householders() > spec.chunkSize()) {
            throw new InvalidInputException("chunk size: expected room for the " + s.householders()
                    + " micro-steps of a token, of which chunks of log-linear states have all, but found "
                    + spec.chunkSize()
                    + "; take larger chunks or the recurrent form");
        }
        if (StateWalk.whole(s, spec.chunkSize(), 1).columns() == 0) {
            throw new InvalidInputException("K: the tornado engine's chunkwise form expects at most 1024 but found "
                    + spec.shape().K() + "; use the recurrent form or the cpu engine");
        }
    }

    /** The same with room for no longer chunks than there will be: with few key channels they are short. */
    public static PlanSpec fitting(PlanSpec spec) {
        int longest = longest(spec);
        return spec.withChunkSize(
                SIZES.stream().filter(size -> size >= longest).findFirst().orElse(spec.chunkSize()));
    }

    /** How many micro-steps a chunk of a plan has at most; chunks of log-linear states have whole tokens. */
    public static int longest(PlanSpec spec) {
        int longest = ChunkLength.most(spec);
        return spec.shape().logLinear() ? Math.max(longest, spec.shape().householders()) : longest;
    }

    /** The launches, in order. */
    public static List<Launch> of(PlanSpec spec, DeltaArrays x, ChunkBuffers between, LaunchScope scope) {
        return of(spec, x, between, scope, new ChunkLaunches(spec, x, between, scope).float32());
    }

    /** The same with products taken in another way. */
    public static List<Launch> of(
            PlanSpec spec, DeltaArrays x, ChunkBuffers between, LaunchScope scope, ChunkProducts products) {
        List<Launch> launches = writes(spec, x, between, scope, products);
        launches.addAll(products.outputs());
        return launches;
    }

    /** Those up to the states, which leave scores, inverse, pseudo-values and the state before each chunk behind. */
    public static List<Launch> writes(PlanSpec spec, DeltaArrays x, ChunkBuffers between, LaunchScope scope) {
        return writes(spec, x, between, scope, new ChunkLaunches(spec, x, between, scope).float32());
    }

    private ChunkProducts float32() {
        ReadLaunches reads = new ReadLaunches(spec, x, between, scope);
        return new ChunkProducts() {
            @Override
            public List<Launch> scores() {
                return List.of(reads.scores());
            }

            @Override
            public List<Launch> solve() {
                return List.of(ChunkLaunches.this.solve(
                        "chunkSolve",
                        s.V(),
                        x.v(),
                        x.erase(),
                        between.into,
                        between.values,
                        KernelFlags.of(x.map(), false)));
            }

            @Override
            public List<Launch> outputs() {
                List<Launch> launches = new ArrayList<>(reads.linear());
                if (s.crossRead()) {
                    launches.addAll(reads.selective());
                }
                return launches;
            }
        };
    }

    private static List<Launch> writes(
            PlanSpec spec, DeltaArrays x, ChunkBuffers between, LaunchScope scope, ChunkProducts products) {
        ChunkLaunches all = new ChunkLaunches(spec, x, between, scope);
        List<Launch> launches = new ArrayList<>(new ReadLaunches(spec, x, between, scope).decays());
        launches.addAll(products.scores());
        if (x.map().erases()) {
            launches.add(all.inverse());
            launches.addAll(products.solve());
        } else {
            launches.add(all.values());
        }
        launches.addAll(all.walk(
                "segment",
                "chunkStates",
                x.k(),
                between.outOf,
                between.values,
                x.state(),
                between.states,
                KernelFlags.of(
                        x.map().erases() ? InputMap.NO_GAINS : InputMap.NO_ERASE_KEY,
                        false,
                        spec.shape().logLinear())));
        return launches;
    }

    /**
     * Solve and states backward, after what the reads leave for pseudo-values and states is summed up; where nothing is erased
     * the states alone.
     *
     * @param readValues what they leave for the pseudo-values; with levels unread: there it is in values already, solved
     * @param values becomes the gradients of the pseudo-values; the same as readValues where nothing is erased
     * @param state gradient of the state after the run, becomes that of the state before it
     * @param states what the reads leave for the state before each chunk, becomes the gradient of each chunk's last state
     */
    public static List<Launch> backward(
            PlanSpec spec,
            DeltaArrays x,
            ChunkBuffers between,
            FloatArray readValues,
            FloatArray values,
            FloatArray state,
            FloatArray states,
            LaunchScope scope) {
        ChunkLaunches all = new ChunkLaunches(spec, x, between, scope);
        boolean levels = spec.shape().logLinear();
        if (!x.map().erases()) {
            return all.walk(
                    "gradient",
                    "stateGradients",
                    x.k(),
                    between.outOf,
                    values,
                    state,
                    states,
                    KernelFlags.of(x.map(), true, levels));
        }
        List<Launch> launches = new ArrayList<>();
        launches.add(all.solve(
                "solveGradients",
                levels ? 0 : spec.shape().V(),
                readValues,
                x.k(),
                between.outOf,
                values,
                KernelFlags.of(InputMap.NO_GAINS, true)));
        launches.addAll(all.walk(
                "gradient",
                "stateGradients",
                x.erase(),
                between.into,
                values,
                state,
                states,
                KernelFlags.of(x.map(), true, levels)));
        return launches;
    }

    private Launch inverse() {
        return scope.launch(
                "chunkInverse",
                ChunkInverseKernel.LANES,
                run -> run.chunks() * s.HV(),
                KernelTask.of(ChunkInverseKernel::chunkInverse, between.lower, C));
    }

    /** @param V value channels, 0 for W alone */
    private Launch solve(
            String name, int V, FloatArray v, FloatArray erase, FloatArray decays, FloatArray values, int flags) {
        int tiles = ChunkSolveKernel.tiles(s.K(), V);
        return scope.launch(
                name,
                ChunkSolveKernel.LANES,
                run -> run.chunks() * s.HV() * tiles,
                KernelTask.of(
                        ChunkSolveKernel::chunkSolve,
                        v,
                        erase,
                        x.eraseGain(),
                        x.writeGain(),
                        decays,
                        between.lower,
                        values,
                        between.keys,
                        s.K(),
                        V,
                        C,
                        G,
                        s.H(),
                        s.HV(),
                        flags));
    }

    private Launch values() {
        return scope.launch(
                "chunkValues",
                ChunkValueKernel.LANES,
                run -> run.chunks() * s.HV(),
                ChunkValueKernel.task(s, x, between.values, C));
    }

    /** Through sequences as wholes, or through their segments once to see what they make of states and once from where they begin. */
    private List<Launch> walk(
            String segments,
            String name,
            FloatArray key,
            FloatArray fades,
            FloatArray values,
            FloatArray state,
            FloatArray states,
            int flags) {
        if (between.walk.segment() == 0) {
            return List.of(states(name, key, fades, values, state, states, s.V(), flags));
        }
        return List.of(
                states(
                        segments + "Maps",
                        key,
                        fades,
                        values,
                        state,
                        states,
                        StateWalk.span(s, x.map().erases()),
                        flags | KernelFlags.SEGMENT_MAPS),
                scope.launch(
                        segments + "Starts",
                        SegmentStartKernel.LANES,
                        run -> run.walks() * s.HV() * Math.ceilDiv(s.V(), SegmentStartKernel.COLUMNS),
                        KernelTask.of(SegmentStartKernel::segmentStarts, state, states, s.K(), s.V(), s.HV(), flags)),
                states(name, key, fades, values, state, states, s.V(), flags | KernelFlags.SEGMENTS));
    }

    /** @param span value channels, and what takes part in the walk besides */
    private Launch states(
            String name,
            FloatArray key,
            FloatArray fades,
            FloatArray values,
            FloatArray state,
            FloatArray states,
            int span,
            int flags) {
        int columns = between.walk.columns();
        boolean sixteen = StoredArrays.storage(key) != Storage.FLOAT32;
        return scope.launch(
                name,
                ChunkStateKernel.LANES,
                run -> run.walks() * s.HV() * Math.ceilDiv(span, columns),
                KernelTask.of(
                        ChunkStateKernel::chunkStates,
                        key,
                        x.eraseGain(),
                        between.into,
                        fades,
                        values,
                        x.map().erases() ? between.keys : key,
                        state,
                        states,
                        s.K(),
                        s.V(),
                        C,
                        G,
                        s.H(),
                        s.HV(),
                        columns,
                        flags | KernelFlags.bit(sixteen, KernelFlags.SIXTEEN)));
    }
}
